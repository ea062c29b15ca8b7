using Microsoft.Extensions.Logging;

namespace Sidecar.Workflows.Engine;

/// <content>Recovery after a start, and memory.</content>
internal sealed partial class WorkflowEngine
{
    private const int PageSize = 500;
    private const int ParallelLoads = 6;

    private Task RecoverAsync() => UntilStoppedAsync(async stop =>
    {
        var count = 0;
        await RetryAsync(async () =>
        {
            string? after = null;
            do
            {
                var ids = await _store.FindWorkAsync(after, PageSize, stop);
                await Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = ParallelLoads, CancellationToken = stop }, async (id, cancel) => await ChangeAsync(id, static _ => (true, (Step?)null), cancel));
                count += ids.Count;
                after = ids.Count == PageSize ? ids[^1] : null;
            }
            while (after is not null);
        });
        if (count > 0)
        {
            Log.Recovered(_logger, count, _context.AppId);
        }
    });

    private async Task SweepAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(SweepInterval, _context.Time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            var idleSince = _context.Time.GetUtcNow() - _context.Options.IdleAfter;
            foreach (var instance in _directory.Loaded)
            {
                lock (instance.Gate)
                {
                    if (instance.LastUsed < idleSince)
                    {
                        _directory.TryEvict(instance);
                    }
                }
            }
        }
    }

    private async Task UntilStoppedAsync(Func<CancellationToken, Task> loop)
    {
        try
        {
            await loop(_stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The engine stops.
        }
        catch (Exception e) when (_stop.IsCancellationRequested)
        {
            Log.StoppedWithError(_logger, e);
        }
        catch (Exception e)
        {
            // Without this loop workflows would hang silently: stop everything, visibly.
            Log.LoopFailed(_logger, e);
            await _stop.CancelAsync();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3301, LogLevel.Information, "{Count} workflow instances of app {AppId} go on")]
        public static partial void Recovered(ILogger logger, int count, string appId);

        [LoggerMessage(3302, LogLevel.Error, "A step of workflow instance {InstanceId} cannot be stored; the instance is loaded anew")]
        public static partial void StepFailed(ILogger logger, Exception exception, string instanceId);

        [LoggerMessage(3303, LogLevel.Error, "The workflow engine stops: {Reason}")]
        public static partial void Fenced(ILogger logger, string reason);

        [LoggerMessage(3304, LogLevel.Warning, "The workflow store cannot be read; next attempt in 1 s")]
        public static partial void StoreFailed(ILogger logger, Exception exception);

        [LoggerMessage(3305, LogLevel.Critical, "A loop of the workflow engine failed; the engine stops")]
        public static partial void LoopFailed(ILogger logger, Exception exception);

        [LoggerMessage(3306, LogLevel.Debug, "The workflow engine was stopped within an operation")]
        public static partial void StoppedWithError(ILogger logger, Exception exception);
    }
}
