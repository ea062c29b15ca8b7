using System.Globalization;
using System.Text.RegularExpressions;

namespace Sidecar.Components;

/// <summary>Sizes as Kubernetes writes quantities: <c>4Mi</c>, <c>16k</c>, <c>1.5M</c>, <c>4e6</c>, plain bytes, with a sign if wished.</summary>
internal static partial class ByteSize
{
    private static readonly Dictionary<string, int> Decimal = new(StringComparer.Ordinal) { [""] = 0, ["k"] = 3, ["M"] = 6, ["G"] = 9, ["T"] = 12, ["P"] = 15, ["E"] = 18 };
    private static readonly Dictionary<string, int> Binary = new(StringComparer.Ordinal) { ["Ki"] = 10, ["Mi"] = 20, ["Gi"] = 30, ["Ti"] = 40, ["Pi"] = 50, ["Ei"] = 60 };

    /// <summary>Reads a size; null when it is none, no whole number of bytes or too large. As in Dapr a binary unit takes no fraction.</summary>
    public static long? Parse(string text)
    {
        if (Form().Match(text) is not { Success: true } match || match.Groups["whole"].Length + match.Groups["fraction"].Length == 0)
        {
            return null;
        }

        var (unit, fraction) = (match.Groups["unit"].Value, match.Groups["fraction"].Value);
        if (!long.TryParse(match.Groups["sign"].Value + match.Groups["whole"].Value + fraction, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var digits))
        {
            return null;
        }

        if (digits == 0)
        {
            return 0;
        }

        if (Binary.TryGetValue(unit, out var power))
        {
            return fraction.Length == 0 ? Times(digits, 2, power) : null;
        }

        var exponent = match.Groups["exponent"] is { Success: true } written ? int.Parse(written.Value, CultureInfo.InvariantCulture) : Decimal[unit];
        return exponent < fraction.Length ? null : Times(digits, 10, exponent - fraction.Length);
    }

    private static long? Times(long value, int factor, int power)
    {
        try
        {
            for (; power > 0; power--)
            {
                value = checked(value * factor);
            }

            return value;
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^(?<sign>[+-]?)(?<whole>[0-9]{0,18})(\.(?<fraction>[0-9]{0,17}))?((?<unit>[kMGTPE]|[KMGTPE]i)|[eE](?<exponent>[+-]?[0-9]{1,2}))?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
