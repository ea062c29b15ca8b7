using Dapr.DurableTask.Protobuf;
using Microsoft.Extensions.Logging;
using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Engine;

/// <content>Watches over what does not advance: hands out again what nobody has, and says what the rest waits for.</content>
internal sealed partial class WorkflowEngine
{
    private const int MostLookedAt = 100;
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(2);
    private static readonly OrchestrationStatus[] Unfinished = [OrchestrationStatus.Pending, OrchestrationStatus.Running, OrchestrationStatus.ContinuedAsNew, OrchestrationStatus.Suspended];
    private string _reported = "";

    /// <summary>What an instance has been waiting for longer than <see cref="WorkflowOptions.WaitReportedAfter"/>; null when it advances or has ended.</summary>
    public async Task<string?> FindWaitAsync(string instanceId, CancellationToken cancellationToken) =>
        !await StandsStillAsync(instanceId, cancellationToken) ? null
        : _quarantine.ReasonOf(instanceId) is { } reason ? $"its next attempt: {reason}"
        : (await WaitOfAsync(instanceId, cancellationToken))?.Text;

    /// <summary>What keeps instances from advancing for longer than <see cref="WorkflowOptions.WaitReportedAfter"/>, and how many; what a workflow asked for itself is not told.</summary>
    public IReadOnlyList<string> Waits()
    {
        var since = LongAgo();
        var waits = _directory.Loaded.Select(instance => WaitOf(instance, since)).Where(wait => wait is { IsProblem: true });
        return [.. Counted(waits), .. _mail.Waits(), .. Fault is { } fault ? [fault] : _quarantine.Reasons()];
    }

    /// <summary><see cref="Waits"/>, and what instances asked for themselves: of the first <see cref="MostLookedAt"/> that run, wherever they are.</summary>
    public async Task<IReadOnlyList<string>> AllWaitsAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(StorePatience, _context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            var own = new List<WorkflowWait?>();
            foreach (var id in Fault is null ? await QueryAsync(new InstanceFilter(Unfinished, null, null), null, MostLookedAt, either.Token) : [])
            {
                own.Add(await OwnWaitAsync(id, either.Token));
            }

            return [.. Waits(), .. Counted(own.Where(wait => wait is { IsProblem: false }))];
        }
        catch (Exception e) when (IsOutage(e) || (patience.IsCancellationRequested && e is OperationCanceledException))
        {
            return [.. Waits(), "the store of the workflows does not answer, and what waits in it is not known"];
        }
        catch (Exception) when (_stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return [.. Waits(), "the engine of the workflows stops, and what waits in its store is not known"];
        }
    }

    // One that cannot be read must not keep the others from being told; it is named by its reason.
    private async Task<WorkflowWait?> OwnWaitAsync(string instanceId, CancellationToken cancellationToken)
    {
        try
        {
            return _quarantine.ReasonOf(instanceId) is null && await StandsStillAsync(instanceId, cancellationToken) ? await WaitOfAsync(instanceId, cancellationToken) : null;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && !_stop.IsCancellationRequested && !IsOutage(e))
        {
            Log.NotLoaded(_logger, e, instanceId);
            Observe(WakeLaterAsync(instanceId, e.Message));
            return null;
        }
    }

    private static IEnumerable<string> Counted(IEnumerable<WorkflowWait?> waits) => waits
        .CountBy(wait => wait!.Summary)
        .OrderByDescending(wait => wait.Value)
        .Select(wait => $"{wait.Value} workflow instances wait for {wait.Key}");

    private DateTimeOffset LongAgo() => _context.Time.GetUtcNow() - _context.Options.WaitReportedAfter;

    private async Task<bool> StandsStillAsync(string instanceId, CancellationToken cancellationToken) =>
        await FindAsync(instanceId, cancellationToken) is { } head && !Events.IsFinal(head.Status) && head.UpdatedAt <= LongAgo();

    private Task<WorkflowWait?> WaitOfAsync(string instanceId, CancellationToken cancellationToken) =>
        ChangeAsync(instanceId, instance => (instance.WaitsFor(), (Step?)null), cancellationToken, nothingIsDurable: true);

    private static WorkflowWait? WaitOf(WorkflowInstance instance, DateTimeOffset since)
    {
        lock (instance.Gate)
        {
            return instance.WaitsSince is { } began && began <= since ? instance.WaitsFor() : null;
        }
    }

    // Nothing should ever be left over; if it is, this finds it. An activity whose step is still being written is not left over: it must
    // not begin before that is durable.
    private void Redispatch(WorkflowInstance instance)
    {
        if (instance.Evicted)
        {
            return;
        }

        Dispatcher.Enqueue(instance);
        foreach (var task in instance.StepsUnderWay == 0 ? instance.WaitingTasks : [])
        {
            Dispatcher.Enqueue(task);
        }
    }

    private void Report()
    {
        var report = string.Join("; ", Waits());
        if (report != _reported)
        {
            _reported = report;
            if (report.Length > 0)
            {
                WatchLog.DoNotAdvance(_logger, _context.AppId, report);
            }
        }
    }

    private static partial class WatchLog
    {
        [LoggerMessage(4110, LogLevel.Warning, "Workflows of app {AppId} do not advance: {Waits}")]
        public static partial void DoNotAdvance(ILogger logger, string appId, string waits);
    }
}
