using Sidecar.Components;

namespace Sidecar.Bindings.Cron;

/// <summary>
/// A schedule: five or six fields ([second] minute hour day month weekday), <c>@every DURATION</c>, or a name such as <c>@daily</c>; <c>CRON_TZ=zone</c> before it
/// sets the time zone. As in cron, when day and weekday are both given one of them is enough.
/// </summary>
internal sealed class CronSchedule
{
    public const string Accepted = "give five or six cron fields such as '0 30 * * * *', '@every 10s', '@hourly' or '@daily'";
    private const int SearchYears = 5;
    private readonly TimeSpan _every;
    private readonly ulong[] _fields;
    private readonly bool _anyDay;
    private readonly bool _anyWeekday;
    private readonly TimeZoneInfo _zone;

    private CronSchedule(TimeSpan every, ulong[] fields, bool anyDay, bool anyWeekday, TimeZoneInfo zone)
    {
        _every = every;
        _fields = fields;
        _anyDay = anyDay;
        _anyWeekday = anyWeekday;
        _zone = zone;
    }

    /// <summary>Reads a schedule; null with the problem when it is none.</summary>
    public static CronSchedule? Parse(string text, TimeZoneInfo local, out string problem)
    {
        problem = "";
        var zone = local;
        if ((text.StartsWith("TZ=", StringComparison.Ordinal) || text.StartsWith("CRON_TZ=", StringComparison.Ordinal)) && text.IndexOf(' ', StringComparison.Ordinal) is var blank and > 0)
        {
            var name = text[(text.IndexOf('=', StringComparison.Ordinal) + 1)..blank];
            if (!TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone))
            {
                problem = $"provided bad location {name}";
                return null;
            }

            text = text[blank..].Trim();
        }

        return text.StartsWith('@') ? ParseDescriptor(text, zone, out problem) : ParseFields(text, zone, out problem);
    }

    /// <summary>The first time after another; null when there is none in the years to come.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        if (_every > TimeSpan.Zero)
        {
            return DateTimeOffset.MaxValue - after < _every ? null : after + _every;
        }

        var time = TimeZoneInfo.ConvertTime(after, _zone).DateTime;
        time = new DateTime(time.Year, time.Month, time.Day, time.Hour, time.Minute, time.Second, DateTimeKind.Unspecified).AddSeconds(1);
        var last = time.Year + SearchYears;
        while (time.Year <= last)
        {
            var start = time;
            if (!Has(4, time.Month))
            {
                time = new DateTime(time.Year, time.Month, 1, 0, 0, 0, DateTimeKind.Unspecified).AddMonths(1);
            }
            else if (!HasDay(time))
            {
                time = time.Date.AddDays(1);
            }
            else if (!Has(2, time.Hour))
            {
                time = time.Date.AddHours(time.Hour + 1);
            }
            else if (!Has(1, time.Minute))
            {
                time = time.Date.AddHours(time.Hour).AddMinutes(time.Minute + 1);
            }
            else if (!Has(0, time.Second))
            {
                time = time.AddSeconds(1);
            }
            else if (_zone.IsInvalidTime(time))
            {
                // The hour that does not exist when clocks go forward.
                time = time.AddHours(1);
            }
            else if (new DateTimeOffset(time, _zone.GetUtcOffset(time)) is var found && found > after)
            {
                return found.ToUniversalTime();
            }
            else
            {
                // The hour that comes twice when clocks go back.
                time = time.AddSeconds(1);
            }

            System.Diagnostics.Debug.Assert(time > start, "each step goes forward");
        }

        return null;
    }

    private bool Has(int field, int value) => (_fields[field] & (1UL << value)) != 0;

    private bool HasDay(DateTime time)
    {
        var (day, weekday) = (Has(3, time.Day), Has(5, (int)time.DayOfWeek));
        return _anyDay || _anyWeekday ? day && weekday : day || weekday;
    }

    private static CronSchedule? ParseDescriptor(string text, TimeZoneInfo zone, out string problem)
    {
        problem = "";
        const string Every = "@every ";
        if (text.StartsWith(Every, StringComparison.Ordinal))
        {
            if (GoDuration.TryParse(text.AsSpan(Every.Length), out var every) && every > TimeSpan.Zero)
            {
                return new CronSchedule(every, [], false, false, zone);
            }

            problem = $"failed to parse duration {text}";
            return null;
        }

        var fields = text switch
        {
            "@yearly" or "@annually" => "0 0 0 1 1 *",
            "@monthly" => "0 0 0 1 * *",
            "@weekly" => "0 0 0 * * 0",
            "@daily" or "@midnight" => "0 0 0 * * *",
            "@hourly" => "0 0 * * * *",
            _ => null,
        };
        if (fields is null)
        {
            problem = $"unrecognized descriptor: {text}";
            return null;
        }

        return ParseFields(fields, zone, out problem);
    }

    private static CronSchedule? ParseFields(string text, TimeZoneInfo zone, out string problem)
    {
        problem = "";
        var parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToList();
        if (parts.Count is not (5 or 6))
        {
            problem = $"expected 5 to 6 fields, found {parts.Count}: [{string.Join(' ', parts)}]";
            return null;
        }

        if (parts.Count == 5)
        {
            parts.Insert(0, "0");
        }

        var fields = new ulong[6];
        for (var i = 0; i < fields.Length; i++)
        {
            if (CronField.Parse(parts[i], CronField.All[i], out problem) is not { } bits)
            {
                return null;
            }

            fields[i] = bits;
        }

        return new CronSchedule(TimeSpan.Zero, fields, CronField.IsAny(parts[3]), CronField.IsAny(parts[5]), zone);
    }
}
