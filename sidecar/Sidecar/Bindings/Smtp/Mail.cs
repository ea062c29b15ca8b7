using System.Globalization;
using System.Net.Mail;
using System.Text;

namespace Sidecar.Bindings.Smtp;

/// <summary>An e-mail.</summary>
internal sealed record Mail
{
    public required MailAddress From { get; init; }

    public required IReadOnlyList<MailAddress> To { get; init; }

    public IReadOnlyList<MailAddress> Cc { get; init; } = [];

    /// <summary>Receivers that no header names.</summary>
    public IReadOnlyList<MailAddress> Bcc { get; init; } = [];

    public required string Subject { get; init; }

    /// <summary>1 (highest) to 5 (lowest).</summary>
    public int Priority { get; init; } = 3;

    /// <summary>The text, as HTML.</summary>
    public required string Html { get; init; }

    public DateTimeOffset Date { get; init; }

    /// <summary>The message in its wire form; header values are encoded, so that none can begin another header.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        Header("From", Format(From));
        Header("To", string.Join(", ", To.Select(Format)));
        if (Cc.Count > 0)
        {
            Header("Cc", string.Join(", ", Cc.Select(Format)));
        }

        Header("Subject", Encode(Subject));
        Header("X-priority", Priority.ToString(CultureInfo.InvariantCulture));
        Header("Date", Date.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss +0000", CultureInfo.InvariantCulture));
        Header("Mime-Version", "1.0");
        Header("Content-Type", "text/html; charset=UTF-8");
        Header("Content-Transfer-Encoding", "base64");
        text.Append("\r\n").Append(Convert.ToBase64String(Encoding.UTF8.GetBytes(Html), Base64FormattingOptions.InsertLineBreaks)).Append("\r\n");
        return text.ToString();

        void Header(string name, string value) => text.Append(name).Append(": ").Append(value).Append("\r\n");
    }

    private static string Format(MailAddress address) => address.DisplayName.Length == 0 ? address.Address : $"{Encode(address.DisplayName)} <{address.Address}>";

    // Encoded words are at most 75 characters long: 45 bytes at a time, never through a character.
    private static string Encode(string text)
    {
        if (Ascii.IsValid(text) && !text.AsSpan().ContainsAnyInRange('\0', '\u001f') && !text.Contains("=?", StringComparison.Ordinal))
        {
            return text;
        }

        const int MostBytes = 45;
        var words = new List<string>();
        var word = new List<byte>();
        foreach (var rune in text.EnumerateRunes())
        {
            var bytes = Encoding.UTF8.GetBytes(rune.ToString());
            if (word.Count + bytes.Length > MostBytes)
            {
                words.Add($"=?UTF-8?B?{Convert.ToBase64String([.. word])}?=");
                word.Clear();
            }

            word.AddRange(bytes);
        }

        words.Add($"=?UTF-8?B?{Convert.ToBase64String([.. word])}?=");
        return string.Join("\r\n ", words);
    }
}
