using System.Text;

namespace Fuzz.Input;

/// <summary>Changes texts and bytes the way mistakes and attackers do.</summary>
internal static class Mutation
{
    // What breaks parsers, paths, headers, numbers and policies.
    private static readonly string[] Tokens =
    [
        "..", "/../", "//", "/./", "%2e%2e%2f", "%2f", "%252f", "%5c", "\\", ";", ";x=1", "%00", "%", "%zz", "%c0%ae", "?", "#", "%23", "%3f", "&", "=", "+", "%20", " ", "||", "*", ":", "@",
        "\0", "\t", "%0d%0aX-Smuggled: 1", "%0aX-Smuggled: 1", "\\r\\nX-Smuggled: 1", "\u00e4", "\u20ac", "\ud83d\ude00", "\ufeff", "\u202e", "%ff", "%f0%9f%98%80",
        "0", "-1", "1e999", "1e-999", "NaN", "99999999999999999999", "-9223372036854775808", "0x10", "1_000", "true", "null", "{}", "[]", "\"", "'", "{{", "}}", "[[[[[[[[", "{\"a\":", "<", ">", "&amp;",
        "PT", "P1Y", "@every 1s", "1h1m1s", "R5/PT1S", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "v1.0", "v1.0-alpha1", "method", "invoke", "healthz", "metadata.ttlInSeconds=1", "rawPayload",
    ];

    /// <summary>A changed text.</summary>
    public static string Text(FuzzRandom random, string text)
    {
        for (var changes = 1 + random.Below(3); changes > 0; changes--)
        {
            text = TextOnce(random, text);
        }

        return text.Length > 20_000 ? text[..20_000] : text;
    }

    /// <summary>Changed bytes.</summary>
    public static byte[] Bytes(FuzzRandom random, byte[] bytes)
    {
        var changed = bytes.ToList();
        for (var changes = 1 + random.Below(4); changes > 0; changes--)
        {
            var at = random.Below(changed.Count + 1);
            switch (random.Below(4))
            {
                case 0 when at < changed.Count:
                    changed[at] ^= (byte)(1 << random.Below(8));
                    break;
                case 1 when at < changed.Count:
                    changed.RemoveRange(at, Math.Min(1 + random.Below(8), changed.Count - at));
                    break;
                case 2:
                    changed.InsertRange(at, random.Bytes(1 + random.Below(8)));
                    break;
                default:
                    changed.InsertRange(at, Encoding.UTF8.GetBytes(random.Pick(Tokens)));
                    break;
            }
        }

        return [.. changed];
    }

    private static string TextOnce(FuzzRandom random, string text)
    {
        var at = random.Below(text.Length + 1);
        var length = Math.Min(1 + random.Below(8), text.Length - at);
        return random.Below(7) switch
        {
            0 => text[..at] + random.Pick(Tokens) + text[at..],
            1 => text[..at] + random.Pick(Tokens) + text[(at + length)..],
            2 => text[..at] + text[(at + length)..],
            3 => text[..at] + (char)random.Below(random.Percent(80) ? 128 : 0xD800) + text[at..],
            4 => text[..at] + string.Concat(Enumerable.Repeat(text.Substring(at, length), 1 + random.Below(random.Percent(5) ? 2000 : 6))) + text[at..],
            5 => text[..at],
            _ => text[at..] + text[..at],
        };
    }
}
