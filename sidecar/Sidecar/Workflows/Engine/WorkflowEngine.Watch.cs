using Microsoft.Extensions.Logging;

namespace Sidecar.Workflows.Engine;

/// <content>Watches over what does not advance: hands out again what nobody has, and says what the rest waits for.</content>
internal sealed partial class WorkflowEngine
{
    private string _reported = "";

    /// <summary>What an instance has been waiting for longer than <see cref="WorkflowOptions.WaitReportedAfter"/>; null when it advances or has ended.</summary>
    public async Task<string?> FindWaitAsync(string instanceId, CancellationToken cancellationToken)
    {
        if (await FindAsync(instanceId, cancellationToken) is not { } head || Events.IsFinal(head.Status) || head.UpdatedAt > LongAgo())
        {
            return null;
        }

        return _quarantine.ReasonOf(instanceId) is { } reason
            ? $"its next attempt: {reason}"
            : await ChangeAsync(instanceId, instance => (instance.WaitsFor()?.Text, (Step?)null), cancellationToken);
    }

    /// <summary>What keeps instances from advancing for longer than <see cref="WorkflowOptions.WaitReportedAfter"/>, and how many; what a workflow asked for itself is not told.</summary>
    public IReadOnlyList<string> Waits()
    {
        var since = LongAgo();
        var waits = _directory.Loaded.Select(instance => WaitOf(instance, since)).OfType<string>().CountBy(text => text).OrderByDescending(wait => wait.Value);
        return [.. waits.Select(wait => $"{wait.Value} workflow instances wait for {wait.Key}"), .. _mail.Waits(), .. Fault is { } fault ? [fault] : _quarantine.Reasons()];
    }

    private DateTimeOffset LongAgo() => _context.Time.GetUtcNow() - _context.Options.WaitReportedAfter;

    private string? WaitOf(WorkflowInstance instance, DateTimeOffset since)
    {
        lock (instance.Gate)
        {
            return instance.WaitsSince is { } began && began <= since ? instance.WaitsFor()?.Problem : null;
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
