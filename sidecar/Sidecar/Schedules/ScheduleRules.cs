using System.Text.RegularExpressions;

namespace Sidecar.Schedules;

/// <summary>
/// The rules of schedules: which are valid, and when each occurs. The first occurrence is at the due time, or without one at the first time
/// the expression names; the following ones count from the planned time of the one before, never from when it was delivered.
/// </summary>
internal static partial class ScheduleRules
{
    private const int LongestName = 253;

    /// <summary>Validates a request; the definition, or why not.</summary>
    public static ScheduleDefinition? Validate(ScheduleRequest request, DateTimeOffset now, TimeZoneInfo zone, out string? problem)
    {
        problem = ProblemOfKey(request.Key) ?? (ProblemOf(request, zone) is { } wrong ? Failed(wrong) : null);
        if (problem is not null)
        {
            return null;
        }

        var begin = now;
        if (request.DueTime is { } due && TryParsePoint(due, now, out begin) is { } badDue)
        {
            problem = Failed(badDue);
            return null;
        }

        DateTimeOffset? expires = null;
        if (request.TimeToLive is { } lifetime)
        {
            if (TryParsePoint(lifetime, begin, out var end) is not null)
            {
                problem = Failed("ttl format not recognized");
                return null;
            }

            if (request.DueTime is not null && begin > end)
            {
                problem = Failed("ttl must be greater than due time");
                return null;
            }

            expires = end;
        }

        return new ScheduleDefinition(request, begin, expires);
    }

    /// <summary>Why a key cannot be one; null when it can.</summary>
    public static string? ProblemOfKey(string key)
    {
        var name = key.Replace("_", "", StringComparison.Ordinal).Replace(":", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        foreach (var segment in name.ToLowerInvariant().Split("||"))
        {
            var problems = new List<string>(2);
            if (segment.Length > LongestName)
            {
                problems.Add($"must be no more than {LongestName} bytes");
            }

            if (!Subdomain().IsMatch(segment))
            {
                problems.Add("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')");
            }

            if (problems.Count > 0)
            {
                return $"job name is invalid {GoText.Quote(name)}: {string.Join(", ", problems)}";
            }
        }

        return null;
    }

    /// <summary>The state of a new schedule; null when it has no occurrence at all.</summary>
    public static ScheduleProgress? Start(ScheduleDefinition definition, TimeZoneInfo zone) => Plan(definition, 0, null, zone);

    /// <summary>The state after an accepted occurrence; null at the end.</summary>
    public static ScheduleProgress? Accepted(ScheduleEntry entry, TimeZoneInfo zone) =>
        Plan(entry.Definition, entry.Progress.Count + 1, PlannedTime(entry, zone), zone);

    /// <summary>The state after a refused attempt: a repetition by the failure policy, or the next occurrence; null at the end.</summary>
    public static ScheduleProgress? Refused(ScheduleEntry entry, DateTimeOffset now, TimeZoneInfo zone)
    {
        var policy = entry.Definition.Request.FailurePolicy ?? FailurePolicy.Default;
        var attempts = entry.Progress.Attempts + 1;
        if (!policy.Drop && (policy.MaxRetries is null || policy.MaxRetries >= attempts))
        {
            return entry.Progress with { Attempts = attempts, Next = now + (policy.Interval ?? TimeSpan.Zero) };
        }

        return Plan(entry.Definition, entry.Progress.Count + 1, PlannedTime(entry, zone), zone);
    }

    private static ScheduleProgress? Plan(ScheduleDefinition definition, long count, DateTimeOffset? last, TimeZoneInfo zone) =>
        definition.Request.Repeats <= count ? null
        : Occurrence(definition, count, last, zone) is { } next && !(next > definition.Expires) ? new ScheduleProgress(count, 0, last, next)
        : null;

    private static DateTimeOffset PlannedTime(ScheduleEntry entry, TimeZoneInfo zone) =>
        Occurrence(entry.Definition, entry.Progress.Count, entry.Progress.Last, zone) ?? entry.Progress.Next;

    private static DateTimeOffset? Occurrence(ScheduleDefinition definition, long count, DateTimeOffset? last, TimeZoneInfo zone)
    {
        var request = definition.Request;
        if (request.Schedule is not { } schedule)
        {
            return count == 0 ? definition.Begin : null;
        }

        if (last is null && request.DueTime is not null)
        {
            return definition.Begin;
        }

        return CronExpression.Parse(schedule, zone, out _)?.Next(last ?? definition.Begin);
    }

    private static string? ProblemOf(ScheduleRequest request, TimeZoneInfo zone)
    {
        if (request.DueTime is null && request.Schedule is null)
        {
            return "job must have either a due time or a schedule";
        }

        if (request is { Schedule: null, Repeats: > 1 })
        {
            return "job must have a schedule to repeat";
        }

        if (request.Repeats < 1)
        {
            return "defined repeats must be greater than 0";
        }

        if (request is { Schedule: null, TimeToLive: not null })
        {
            return "job must have a schedule to have a ttl";
        }

        string? problem = null;
        return request.Schedule is { } schedule && CronExpression.Parse(schedule, zone, out problem) is null ? problem : null;
    }

    private static string Failed(string problem) => $"job failed validation: {problem}";

    private static string? TryParsePoint(string text, DateTimeOffset start, out DateTimeOffset point)
    {
        const string Unknown = "due time format not recognized";
        if (DaprTime.TryParseRfc3339(text, out point))
        {
            return null;
        }

        if (Components.GoDuration.TryParse(text, out var time))
        {
            return DaprTime.TryAdd(new DaprDuration(0, 0, 0, time, -1), start, out point) ? null : Unknown;
        }

        if (!DaprTime.TryParseIso(text, out var duration) || !DaprTime.TryAdd(duration, start, out point))
        {
            return Unknown;
        }

        return duration.Repetitions > 0 ? "repeats not supported for due time" : null;
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Subdomain();
}
