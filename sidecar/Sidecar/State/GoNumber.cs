using System.Globalization;

namespace Sidecar.State;

/// <summary>Whole numbers as daprd reads them, with its words for what is not one.</summary>
internal static class GoNumber
{
    /// <summary>Parses; <paramref name="error"/> is worded as Go's <paramref name="function"/> does.</summary>
    public static bool TryParse(string text, string function, out long value, out string error)
    {
        error = "";
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
        {
            return true;
        }

        var digits = text.TrimStart('+', '-');
        var range = digits.Length > 0 && digits.All(char.IsAsciiDigit) ? "value out of range" : "invalid syntax";
        error = $"strconv.{function}: parsing \"{text}\": {range}";
        return false;
    }
}
