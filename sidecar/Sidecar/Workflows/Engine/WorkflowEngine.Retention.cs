using Microsoft.Extensions.Logging;

namespace Sidecar.Workflows.Engine;

/// <content>Instances that ended long enough ago are purged, each in one commit.</content>
internal sealed partial class WorkflowEngine
{
    private const int ParallelPurges = 50;

    private async Task RetainAsync(WorkflowRetention retention, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(_context.Options.RetentionInterval, _context.Time);
        do
        {
            foreach (var (status, keptFor) in retention.Periods)
            {
                try
                {
                    await PurgeEndedAsync(status, _context.Time.GetUtcNow() - keptFor, stop);
                }
                catch (Exception e) when (!stop.IsCancellationRequested && e is not Store.StoreFencedException)
                {
                    // The next round does it.
                    RetentionLog.NotPurged(_logger, e, _context.AppId);
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stop));
    }

    private async Task PurgeEndedAsync(Dapr.DurableTask.Protobuf.OrchestrationStatus status, DateTimeOffset before, CancellationToken stop)
    {
        for (var isMore = true; isMore;)
        {
            var ids = await _store.EndedBeforeAsync([status], before, PageSize, stop);
            await Parallel.ForEachAsync(
                ids,
                new ParallelOptions { MaxDegreeOfParallelism = ParallelPurges, CancellationToken = stop, TaskScheduler = _context.Environment.Scheduler },
                async (id, cancellation) => await ChangeAsync(id, instance => (true, instance.EndedAt < before ? instance.Purge(force: false) : null), cancellation));
            isMore = ids.Count == PageSize;
        }
    }

    private static partial class RetentionLog
    {
        [LoggerMessage(4109, LogLevel.Warning, "Ended workflow instances of app {AppId} cannot be purged; they are tried again")]
        public static partial void NotPurged(ILogger logger, Exception exception, string appId);
    }
}
