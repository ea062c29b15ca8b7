using Sidecar.Api.Http;
using Sidecar.Schedules;

namespace Sidecar.Actors;

/// <summary>The reminders of the actors that an app hosts: durable schedules, see <see cref="Scheduler"/>.</summary>
internal sealed class ActorReminders(RuntimeServices services, Scheduler scheduler, Func<string, bool> isHosted)
{
    private string Namespace => services.Namespace.Length > 0 ? services.Namespace : "default";

    /// <summary>Who takes the reminders of a type.</summary>
    public string Target(string type) => $"actorreminder||{Namespace}||{type}";

    /// <summary>Adds or replaces a reminder; the error, or null.</summary>
    public async Task<ApiError?> CreateAsync(string type, string id, string name, CallbackRequest body, CancellationToken cancellationToken)
    {
        if (!isHosted(type))
        {
            return ActorErrors.NotHosted;
        }

        if (!TryReadPeriod(body.Period, out var schedule, out var repeats))
        {
            return ActorErrors.ReminderCreate($"unsupported period format: {body.Period}");
        }

        var request = new ScheduleRequest(Key(type, id, name), Target(type))
        {
            Name = name,
            ActorId = id,
            Schedule = schedule,
            Repeats = repeats,
            DueTime = body.DueTime.Length > 0 ? body.DueTime : null,
            TimeToLive = body.TimeToLive.Length > 0 ? body.TimeToLive : null,
            FailurePolicy = body.FailurePolicy,
            Data = body.Data is null ? null : new ScheduleData(null, body.Data),
        };
        return await scheduler.ScheduleAsync(request, body.Overwrite, cancellationToken) switch
        {
            null => null,
            { AlreadyExists: true } => ActorErrors.ReminderExists(name),
            var failure => ActorErrors.ReminderCreate($"rpc error: code = Unknown desc = {failure.Message}"),
        };
    }

    /// <summary>A reminder, or the error.</summary>
    public async Task<(ScheduleEntry? Entry, ApiError? Error)> GetAsync(string type, string id, string name, CancellationToken cancellationToken)
    {
        if (!isHosted(type))
        {
            return (null, ActorErrors.NotHosted);
        }

        if (ScheduleRules.ProblemOfKey(Key(type, id, name)) is { } problem)
        {
            return (null, ActorErrors.ReminderGet($"failed to get job due to: rpc error: code = Unknown desc = {problem}"));
        }

        return await scheduler.FindAsync(Key(type, id, name), cancellationToken) is { } entry ? (entry, null) : (null, ActorErrors.ReminderNotFound(name));
    }

    /// <summary>Removes a reminder, if there is one; the error, or null.</summary>
    public async Task<ApiError?> DeleteAsync(string type, string id, string name, CancellationToken cancellationToken)
    {
        if (!isHosted(type))
        {
            return ActorErrors.NotHosted;
        }

        if (ScheduleRules.ProblemOfKey(Key(type, id, name)) is { } problem)
        {
            return ActorErrors.ReminderDelete($"rpc error: code = Unknown desc = {problem}");
        }

        await scheduler.DeleteAsync(Key(type, id, name), cancellationToken);
        return null;
    }

    /// <summary>The reminders of an actor, or of all actors of a type; the error, or null.</summary>
    public async Task<(IReadOnlyList<ScheduleEntry> Entries, ApiError? Error)> ListAsync(string type, string? id, CancellationToken cancellationToken) =>
        isHosted(type) ? (await scheduler.ListAsync(Prefix(type, id), cancellationToken), null) : ([], ActorErrors.NotHosted);

    /// <summary>Removes the reminders of an actor, or of all actors of a type; the error, or null.</summary>
    public async Task<ApiError?> DeleteAllAsync(string type, string? id, CancellationToken cancellationToken)
    {
        if (!isHosted(type))
        {
            return ActorErrors.NotHosted;
        }

        await scheduler.DeletePrefixAsync(Prefix(type, id), cancellationToken);
        return null;
    }

    // A period has neither days nor months: it becomes a fixed interval.
    private static bool TryReadPeriod(string period, out string? schedule, out long? repeats)
    {
        (schedule, repeats) = (null, null);
        if (period.Length == 0)
        {
            return true;
        }

        if (!DaprTime.TryParseDuration(period, out var duration) || duration.Years > 0 || duration.Months > 0 || duration.Days > 0)
        {
            return false;
        }

        schedule = $"@every {GoText.Duration(duration.Time)}";
        repeats = duration.Repetitions > 0 ? duration.Repetitions : null;
        return true;
    }

    private string Prefix(string type, string? id) => id is null ? $"{Target(type)}||" : $"{Target(type)}||{id}||";

    private string Key(string type, string id, string name) => Prefix(type, id) + name;
}
