using Sidecar.Components;

namespace Sidecar.Schedules;

/// <summary>
/// When a schedule occurs: <c>@every DURATION</c>, a name like <c>@daily</c>, or six cron fields (second, minute, hour, day of month, month,
/// day of week; a binding may leave out the second) with an optional <c>TZ=</c> or <c>CRON_TZ=</c> before them; without one the local time zone counts.
/// </summary>
internal sealed class CronExpression
{
    private const int YearsAhead = 5;
    private readonly TimeSpan? _interval;
    private readonly CronField[] _fields;
    private readonly TimeZoneInfo _zone;

    private CronExpression(TimeSpan? interval, CronField[] fields, TimeZoneInfo zone)
    {
        _interval = interval;
        _fields = fields;
        _zone = zone;
    }

    /// <summary>Reads an expression; null with the reason when it is none.</summary>
    public static CronExpression? Parse(string text, TimeZoneInfo local, out string? error, bool secondIsOptional = false)
    {
        error = null;
        if (text.Length == 0)
        {
            error = "empty spec string";
            return null;
        }

        var zone = local;
        if (text.StartsWith("TZ=", StringComparison.Ordinal) || text.StartsWith("CRON_TZ=", StringComparison.Ordinal))
        {
            var blank = text.IndexOf(' ', StringComparison.Ordinal);
            var name = text[(text.IndexOf('=', StringComparison.Ordinal) + 1)..(blank < 0 ? text.Length : blank)];
            if (blank < 0 || !TimeZoneInfo.TryFindSystemTimeZoneById(name.Length == 0 ? "UTC" : name, out var found))
            {
                error = $"provided bad location {name}: unknown time zone {name}";
                return null;
            }

            zone = found;
            text = text[blank..].Trim();
        }

        return text.StartsWith('@') ? ParseDescriptor(text, zone, out error) : ParseFields(text, zone, secondIsOptional, out error);
    }

    /// <summary>The first occurrence after a point in time; null when there is none within five years.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        if (_interval is { } interval)
        {
            return DateTimeOffset.MaxValue - after < interval ? null : after + interval;
        }

        // The upcoming second.
        var local = TimeZoneInfo.ConvertTime(after, _zone).DateTime;
        var time = new DateTime(local.Ticks - (local.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Unspecified).AddSeconds(1);
        var lastYear = time.Year + YearsAhead;
        while (time.Year <= lastYear)
        {
            if (Step(time) is { } later)
            {
                time = later;
            }
            else if (_zone.IsInvalidTime(time))
            {
                // The hour that summer time leaves out.
                time = time.Date.AddHours(time.Hour + 1);
            }
            else
            {
                var found = new DateTimeOffset(time, _zone.GetUtcOffset(time)).ToUniversalTime();
                if (found > after)
                {
                    return found;
                }

                time = time.AddSeconds(1);
            }
        }

        return null;
    }

    private static CronExpression? ParseDescriptor(string text, TimeZoneInfo zone, out string? error)
    {
        const string Every = "@every ";
        error = null;
        var fields = text switch
        {
            "@yearly" or "@annually" => "0 0 0 1 1 *",
            "@monthly" => "0 0 0 1 * *",
            "@weekly" => "0 0 0 * * 0",
            "@daily" or "@midnight" => "0 0 0 * * *",
            "@hourly" => "0 0 * * * *",
            _ => null,
        };
        if (fields is not null)
        {
            return ParseFields(fields, zone, secondIsOptional: false, out error);
        }

        if (!text.StartsWith(Every, StringComparison.Ordinal))
        {
            error = $"unrecognized descriptor: {text}";
            return null;
        }

        var duration = text[Every.Length..];
        if (GoDuration.TryParse(duration, out var interval))
        {
            return new CronExpression(WholeMilliseconds(interval), [], zone);
        }

        error = $"failed to parse duration {duration}: time: invalid duration {GoText.Quote(duration)}";
        return null;
    }

    // None is shorter than a millisecond, so that every occurrence is later than the one before.
    private static TimeSpan WholeMilliseconds(TimeSpan interval) =>
        interval < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : new TimeSpan(interval.Ticks - (interval.Ticks % TimeSpan.TicksPerMillisecond));

    private static CronExpression? ParseFields(string text, TimeZoneInfo zone, bool secondIsOptional, out string? error)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (secondIsOptional && words.Length == CronField.Count - 1)
        {
            words = ["0", .. words];
        }

        if (words.Length != CronField.Count)
        {
            error = $"expected {(secondIsOptional ? $"{CronField.Count - 1} to {CronField.Count}" : $"exactly {CronField.Count}")} fields, found {words.Length}: [{string.Join(' ', words)}]";
            return null;
        }

        var fields = new CronField[CronField.Count];
        for (var i = 0; i < words.Length; i++)
        {
            if (CronField.Parse(words[i], i, out error) is not { } field)
            {
                return null;
            }

            fields[i] = field;
        }

        error = null;
        return new CronExpression(null, fields, zone);
    }

    // The start of the next unit when one does not fit, the largest unit first; null when all fit.
    private DateTime? Step(DateTime time)
    {
        if (!_fields[4].Contains(time.Month))
        {
            return new DateTime(time.Year, time.Month, 1).AddMonths(1);
        }

        if (!DayFits(time))
        {
            return time.Date.AddDays(1);
        }

        if (!_fields[2].Contains(time.Hour))
        {
            return time.Date.AddHours(time.Hour + 1);
        }

        if (!_fields[1].Contains(time.Minute))
        {
            return time.AddSeconds(-time.Second).AddMinutes(1);
        }

        return _fields[0].Contains(time.Second) ? null : time.AddSeconds(1);
    }

    // Either day may fit when both are limited, both must when one is a star.
    private bool DayFits(DateTime time)
    {
        var ofMonth = _fields[3].Contains(time.Day);
        var ofWeek = _fields[5].Contains((int)time.DayOfWeek);
        return _fields[3].IsStar || _fields[5].IsStar ? ofMonth && ofWeek : ofMonth || ofWeek;
    }
}
