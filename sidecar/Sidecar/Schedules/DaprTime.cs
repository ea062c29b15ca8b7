using System.Buffers;
using System.Globalization;
using Sidecar.Components;

namespace Sidecar.Schedules;

/// <summary>A duration as actors and jobs take it: ISO 8601 with an optional number of repetitions, or Go's form.</summary>
/// <param name="Repetitions">-1 = none given.</param>
internal sealed record DaprDuration(int Years, int Months, int Days, TimeSpan Time, int Repetitions)
{
    /// <summary>This long after a point in time.</summary>
    public DateTimeOffset After(DateTimeOffset start) => start.AddYears(Years).AddMonths(Months).AddDays(Days) + Time;

    /// <summary>True when it has no length.</summary>
    public bool IsZero => Years == 0 && Months == 0 && Days == 0 && Time == TimeSpan.Zero;
}

/// <summary>Reads the times of actors and jobs.</summary>
internal static class DaprTime
{
    private static readonly SearchValues<char> Units = SearchValues.Create("YMWDHS");

    /// <summary>ISO 8601 first, then Go's form.</summary>
    public static bool TryParseDuration(string text, out DaprDuration duration)
    {
        if (TryParseIso(text, out duration))
        {
            return true;
        }

        duration = new DaprDuration(0, 0, 0, TimeSpan.Zero, -1);
        if (!GoDuration.TryParse(text, out var time))
        {
            return false;
        }

        duration = duration with { Time = time };
        return true;
    }

    /// <summary>A duration after a start, or a point in time by RFC 3339; else the reason, which follows a colon.</summary>
    public static string? TryParsePoint(string text, DateTimeOffset start, out DateTimeOffset point)
    {
        point = start;
        if (TryParseDuration(text, out var duration))
        {
            if (duration.Repetitions != -1)
            {
                return "repetitions are not allowed";
            }

            return TryAdd(duration, start, out point) ? null : $"unsupported time/duration format: {text}";
        }

        return TryParseRfc3339(text, out point) ? null : $"unsupported time/duration format: {text}";
    }

    /// <summary>Adds a duration; false when the result is beyond the calendar.</summary>
    public static bool TryAdd(DaprDuration duration, DateTimeOffset start, out DateTimeOffset point)
    {
        try
        {
            point = duration.After(start);
            return true;
        }
        catch (ArgumentOutOfRangeException)
        {
            point = start;
            return false;
        }
    }

    /// <summary>A point in time by RFC 3339.</summary>
    public static bool TryParseRfc3339(string text, out DateTimeOffset point)
    {
        point = default;
        return text.Length >= 20 && text[10] is 'T' or 't' && char.IsAsciiDigit(text[0]) && (text[^1] is 'Z' or 'z' || text[^6] is '+' or '-')
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out point);
    }

    /// <summary><c>R3/P1DT2H</c>: whole numbers only, weeks and days added up.</summary>
    public static bool TryParseIso(string text, out DaprDuration duration)
    {
        duration = new DaprDuration(0, 0, 0, TimeSpan.Zero, -1);
        var rest = text.AsSpan();
        if (rest.Length < 2)
        {
            return false;
        }

        if (rest[0] == 'R')
        {
            var slash = rest.IndexOf('/');
            var count = slash < 0 ? rest[1..] : rest[1..slash];
            if (!int.TryParse(count, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var repetitions))
            {
                return false;
            }

            duration = duration with { Repetitions = repetitions };
            rest = slash < 0 ? [] : rest[(slash + 1)..];
            if (rest.IsEmpty)
            {
                return true;
            }
        }

        return rest[0] == 'P' && TryParseParts(rest[1..], ref duration);
    }

    private static bool TryParseParts(ReadOnlySpan<char> rest, ref DaprDuration duration)
    {
        var time = false;
        while (!rest.IsEmpty)
        {
            if (rest[0] == 'T')
            {
                time = true;
                rest = rest[1..];
                continue;
            }

            var end = rest.IndexOfAny(Units);
            if (end < 0)
            {
                // As daprd: digits without a unit at the end mean nothing.
                return true;
            }

            if (!int.TryParse(rest[..end], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) || !TryAddPart(rest[end], number, time, ref duration))
            {
                return false;
            }

            rest = rest[(end + 1)..];
        }

        return true;
    }

    private static bool TryAddPart(char unit, int number, bool time, ref DaprDuration duration)
    {
        switch (unit, time)
        {
            case ('Y', false):
                duration = duration with { Years = number };
                return true;
            case ('M', false):
                duration = duration with { Months = number };
                return true;
            case ('W', false):
                duration = duration with { Days = duration.Days + (number * 7) };
                return true;
            case ('D', false):
                duration = duration with { Days = duration.Days + number };
                return true;
            case ('H', true):
                duration = duration with { Time = duration.Time + TimeSpan.FromHours(number) };
                return true;
            case ('M', true):
                duration = duration with { Time = duration.Time + TimeSpan.FromMinutes(number) };
                return true;
            case ('S', true):
                duration = duration with { Time = duration.Time + TimeSpan.FromSeconds(number) };
                return true;
            default:
                return false;
        }
    }
}
