using System.Globalization;

namespace Sidecar.Schedules;

/// <summary>One field of a cron expression as a set of numbers: lists, ranges, steps, names of months and days.</summary>
internal readonly record struct CronField
{
    /// <summary>The number of fields.</summary>
    public const int Count = 6;

    private static readonly (int Min, int Max)[] Bounds = [(0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly ulong _bits;

    private CronField(ulong bits, bool isStar)
    {
        _bits = bits;
        IsStar = isStar;
    }

    /// <summary>True when it does not limit anything.</summary>
    public bool IsStar { get; }

    public bool Contains(int number) => (_bits & (1UL << number)) != 0;

    /// <summary>Reads the field at a position; null with the reason.</summary>
    public static CronField? Parse(string text, int position, out string? error)
    {
        error = null;
        var bits = 0UL;
        var star = false;
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            error = AddRange(part, position, ref bits, ref star);
            if (error is not null)
            {
                return null;
            }
        }

        return new CronField(bits, star);
    }

    private static string? AddRange(string text, int position, ref ulong bits, ref bool star)
    {
        var (min, max) = Bounds[position];
        var steps = text.Split('/');
        var ends = steps[0].Split('-');
        var all = ends[0] is "*" or "?";
        int start = min, end = max, step = 1;
        if (!all)
        {
            if (ends.Length > 2)
            {
                return $"too many hyphens: {text}";
            }

            if ((Number(ends[0], position, out start) ?? Number(ends[^1], position, out end)) is { } wrong)
            {
                return wrong;
            }
        }

        if (steps.Length > 2)
        {
            return $"too many slashes: {text}";
        }

        if (steps.Length == 2)
        {
            if (Number(steps[1], -1, out step) is { } wrong)
            {
                return wrong;
            }

            // "N/step" means from N on.
            end = ends.Length == 1 ? max : end;
        }

        star |= all && step <= 1;
        if (Problem(start, end, step, min, max, text) is { } problem)
        {
            return problem;
        }

        for (var number = start; number <= end; number += step)
        {
            bits |= 1UL << number;
        }

        return null;
    }

    private static string? Problem(int start, int end, int step, int min, int max, string text) =>
        start < min ? $"beginning of range ({start}) below minimum ({min}): {text}"
        : end > max ? $"end of range ({end}) above maximum ({max}): {text}"
        : start > end ? $"beginning of range ({start}) beyond end of range ({end}): {text}"
        : step == 0 ? $"step of range should be a positive number: {text}"
        : null;

    private static string? Number(string text, int position, out int number)
    {
        var names = position switch { 4 => Months, 5 => Days, _ => [] };
        var named = Array.FindIndex(names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (named >= 0)
        {
            number = position == 4 ? named + 1 : named;
            return null;
        }

        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number))
        {
            return $"failed to parse int from {text}: strconv.Atoi: parsing {GoText.Quote(text)}: invalid syntax";
        }

        return number < 0 ? $"negative number ({number}) not allowed: {text}" : null;
    }
}
