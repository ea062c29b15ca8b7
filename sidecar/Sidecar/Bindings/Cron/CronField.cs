using System.Globalization;
using System.Numerics;

namespace Sidecar.Bindings.Cron;

/// <summary>One field of a schedule: its bounds, and the names its values have.</summary>
internal sealed record CronField(int Lowest, int Highest, IReadOnlyList<string> Names)
{
    /// <summary>The fields in order: second, minute, hour, day, month, weekday.</summary>
    public static IReadOnlyList<CronField> All { get; } =
    [
        new(0, 59, []),
        new(0, 59, []),
        new(0, 23, []),
        new(1, 31, []),
        new(1, 12, ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
        new(0, 6, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
    ];

    /// <summary>Whether a field takes every value and so leaves the choice to the other kind of day.</summary>
    public static bool IsAny(string text) => text.Split(',').Any(part => part is "*" or "?" or "*/1" or "?/1");

    /// <summary>A bit for each value of the field; null with the problem.</summary>
    public static ulong? Parse(string text, CronField field, out string problem)
    {
        problem = "";
        var bits = 0UL;
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (field.ParseRange(part, out problem) is not { } range)
            {
                return null;
            }

            bits |= range;
        }

        if (BitOperations.PopCount(bits) == 0)
        {
            problem = $"'{text}' names no value";
            return null;
        }

        return bits;
    }

    private ulong? ParseRange(string text, out string problem)
    {
        var slash = text.Split('/');
        var hyphen = slash[0].Split('-');
        var step = 1;
        int start;
        int end;
        if (slash.Length > 2 || hyphen.Length > 2)
        {
            problem = $"too many {(slash.Length > 2 ? "slashes" : "hyphens")}: {text}";
            return null;
        }

        if (hyphen is ["*" or "?"])
        {
            (start, end) = (Lowest, Highest);
        }
        else if (!TryNumber(hyphen[0], out start) || !TryNumber(hyphen[^1], out end))
        {
            problem = $"failed to parse int from {text}";
            return null;
        }
        else if (hyphen.Length == 1 && slash.Length == 2)
        {
            end = Highest;
        }

        if (slash.Length == 2 && (!int.TryParse(slash[1], NumberStyles.None, CultureInfo.InvariantCulture, out step) || step == 0))
        {
            problem = $"step of range should be a positive number: {text}";
            return null;
        }

        if (start < Lowest || end > Highest || start > end)
        {
            problem = $"'{text}' is not within {Lowest} to {Highest}";
            return null;
        }

        problem = "";
        var bits = 0UL;
        for (var value = start; value <= end; value += step)
        {
            bits |= 1UL << value;
        }

        return bits;
    }

    private bool TryNumber(string text, out int number)
    {
        for (var i = 0; i < Names.Count; i++)
        {
            if (Names[i].Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                number = i + Lowest;
                return true;
            }
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
