using Sidecar.Schedules;

namespace Sidecar.Jobs;

/// <summary>A job as a client schedules it.</summary>
/// <param name="Name">The name; unique in the app.</param>
internal sealed record JobRequest(string Name)
{
    public string? Schedule { get; init; }

    public string? DueTime { get; init; }

    public string? TimeToLive { get; init; }

    public long? Repeats { get; init; }

    public FailurePolicy? FailurePolicy { get; init; }

    public ScheduleData? Data { get; init; }

    public bool Overwrite { get; init; }
}

/// <summary>The jobs of one app: what both protocols offer.</summary>
internal sealed class JobOperations(RuntimeServices services, Func<Scheduler?> scheduler)
{
    private string Namespace => services.Namespace.Length > 0 ? services.Namespace : "default";

    /// <summary>Who takes the jobs of the app.</summary>
    public string Target => $"app||{Namespace}||{services.AppId}";

    /// <summary>Schedules a job; the error, or null.</summary>
    public async Task<JobError?> ScheduleAsync(JobRequest job, CancellationToken cancellationToken)
    {
        const string Code = "DAPR_SCHEDULER_SCHEDULE_JOB";
        if (job.Name.Length == 0)
        {
            return NameEmpty();
        }

        if (job is { Schedule: null, DueTime: null })
        {
            return new JobError("DAPR_SCHEDULER_SCHEDULE_EMPTY", JobErrorKind.Invalid, "Schedule is empty");
        }

        if (scheduler() is not { } jobs)
        {
            return new JobError(Code, JobErrorKind.Internal, Absent("schedule"));
        }

        var request = new ScheduleRequest(Key(job.Name), Target)
        {
            Name = job.Name,
            Schedule = job.Schedule,
            DueTime = job.DueTime,
            TimeToLive = job.TimeToLive,
            Repeats = job.Repeats,
            FailurePolicy = job.FailurePolicy,
            Data = job.Data,
        };
        return await jobs.ScheduleAsync(request, job.Overwrite, cancellationToken) switch
        {
            null => null,
            { AlreadyExists: true } taken => new JobError(Code, JobErrorKind.AlreadyExists, $"failed to schedule job due to: rpc error: code = AlreadyExists desc = {taken.Message}"),
            var failure => new JobError(Code, JobErrorKind.Internal, $"failed to schedule job due to: rpc error: code = Unknown desc = {failure.Message}"),
        };
    }

    /// <summary>A job, or the error.</summary>
    public async Task<(ScheduleRequest? Job, JobError? Error)> GetAsync(string name, CancellationToken cancellationToken)
    {
        const string Code = "DAPR_SCHEDULER_GET_JOB";
        if (name.Length == 0)
        {
            return (null, NameEmpty());
        }

        if (scheduler() is not { } jobs)
        {
            return (null, new JobError(Code, JobErrorKind.Internal, Absent("get")));
        }

        if (ScheduleRules.ProblemOfKey(Key(name)) is { } problem)
        {
            return (null, new JobError(Code, JobErrorKind.Internal, $"failed to get job due to: rpc error: code = Unknown desc = {problem}"));
        }

        return await jobs.FindAsync(Key(name), cancellationToken) is { } entry
            ? (entry.Definition.Request, null)
            : (null, new JobError(Code, JobErrorKind.Internal, $"failed to get job due to: rpc error: code = NotFound desc = job not found: {name}"));
    }

    /// <summary>Removes a job, if there is one; the error, or null.</summary>
    public async Task<JobError?> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        const string Code = "DAPR_SCHEDULER_DELETE_JOB";
        if (name.Length == 0)
        {
            return NameEmpty();
        }

        if (scheduler() is not { } jobs)
        {
            return new JobError(Code, JobErrorKind.Internal, Absent("delete"));
        }

        if (ScheduleRules.ProblemOfKey(Key(name)) is { } problem)
        {
            return new JobError(Code, JobErrorKind.Internal, $"failed to delete job due to: rpc error: code = Unknown desc = {problem}");
        }

        await jobs.DeleteAsync(Key(name), cancellationToken);
        return null;
    }

    /// <summary>All jobs of the app, by name, or the error.</summary>
    public async Task<(IReadOnlyList<ScheduleRequest> Jobs, JobError? Error)> ListAsync(CancellationToken cancellationToken) => scheduler() is { } jobs
        ? ([.. (await jobs.ListAsync(Key(""), cancellationToken)).Select(entry => entry.Definition.Request)], null)
        : ([], new JobError("DAPR_SCHEDULER_LIST_JOBS", JobErrorKind.Internal, Absent("list", "jobs")));

    /// <summary>Removes the jobs whose name begins so; an empty prefix means all. The error, or null.</summary>
    public async Task<JobError?> DeletePrefixAsync(string namePrefix, CancellationToken cancellationToken)
    {
        if (scheduler() is not { } jobs)
        {
            return new JobError("DAPR_SCHEDULER_DELETE_JOB", JobErrorKind.Internal, Absent("delete"));
        }

        await jobs.DeletePrefixAsync(Key(namePrefix), cancellationToken);
        return null;
    }

    private static string Absent(string verb, string what = "job") => $"failed to {verb} {what} due to: rpc error: code = Unavailable desc = there is no scheduler";

    private static JobError NameEmpty() => new("DAPR_SCHEDULER_JOB_NAME_EMPTY", JobErrorKind.Invalid, "Name is empty");

    private string Key(string name) => $"{Target}||{name}";
}
