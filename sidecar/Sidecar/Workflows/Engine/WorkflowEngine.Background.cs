using Microsoft.Extensions.Logging;
using Npgsql;
using Sidecar.Redis;
using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Engine;

/// <content>Recovery after a start, and memory.</content>
internal sealed partial class WorkflowEngine
{
    private const int PageSize = 500;

    private Task RecoverAsync() => UntilStoppedAsync(async stop =>
    {
        var count = 0;
        await RetryAsync(async () =>
        {
            await _mail.RecoverAsync();
            string? after = ForeignAddress.Last;
            do
            {
                var ids = await _store.FindWorkAsync(after, PageSize, stop);
                await Task.WhenAll(ids.Select(id => RecoverOneAsync(id, stop)));
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

    // An instance that cannot be read waits by itself; a store that is away stops the round, which is begun anew.
    private async Task RecoverOneAsync(string instanceId, CancellationToken stop)
    {
        try
        {
            foreach (var receipt in await ChangeAsync(instanceId, static instance => (instance.Receipts, (Step?)null), stop))
            {
                Observe(AskAsync(instanceId, receipt));
            }
        }
        catch (Exception e) when (!stop.IsCancellationRequested && e is not StoreFencedException && !IsOutage(e))
        {
            Log.NotLoaded(_logger, e, instanceId);
            Observe(WakeLaterAsync(instanceId, e.Message));
        }
    }

    private static bool IsOutage(Exception e) =>
        e is RedisConnectionException or RedisTimeoutException
        || e is NpgsqlException database && (database is not PostgresException refusal || refusal.IsTransient || refusal.SqlState.StartsWith("57", StringComparison.Ordinal));

    private async Task SweepAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(_context.Options.SweepInterval, _context.Time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            if (Dispatcher.TakeBackOverdue() is > 0 and var overdue)
            {
                Log.Overdue(_logger, overdue);
            }

            Report();
            var idleSince = _context.Time.GetUtcNow() - _context.Options.IdleAfter;
            foreach (var instance in _directory.Loaded)
            {
                LookAfter(instance, idleSince);
            }
        }
    }

    private void LookAfter(WorkflowInstance instance, DateTimeOffset idleSince)
    {
        lock (instance.Gate)
        {
            try
            {
                Redispatch(instance);
                if (instance.LastUsed < idleSince)
                {
                    _directory.TryEvict(instance);
                }
            }
            catch (Exception e)
            {
                Suspect(instance, e);
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
            StopFor(e is StoreFencedException ? e.Message : $"a loop of the workflow engine failed: {e.Message}");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4101, LogLevel.Information, "{Count} workflow instances of app {AppId} go on")]
        public static partial void Recovered(ILogger logger, int count, string appId);

        [LoggerMessage(4102, LogLevel.Error, "A step of workflow instance {InstanceId} failed; the instance is loaded anew, the others go on")]
        public static partial void StepFailed(ILogger logger, Exception exception, string instanceId);

        [LoggerMessage(4103, LogLevel.Error, "The workflow engine stops: {Reason}")]
        public static partial void Fenced(ILogger logger, string reason);

        [LoggerMessage(4104, LogLevel.Warning, "Something workflows wait for cannot be done; next attempt in {Seconds} s")]
        public static partial void NotDone(ILogger logger, Exception exception, double seconds);

        [LoggerMessage(4107, LogLevel.Error, "Workflow instance {InstanceId} cannot be loaded; it is tried again, the others go on")]
        public static partial void NotLoaded(ILogger logger, Exception exception, string instanceId);

        [LoggerMessage(4108, LogLevel.Warning, "Workers had {Count} work items for too long; they are handed out again")]
        public static partial void Overdue(ILogger logger, int count);

        [LoggerMessage(4105, LogLevel.Critical, "A loop of the workflow engine failed; the engine stops")]
        public static partial void LoopFailed(ILogger logger, Exception exception);

        [LoggerMessage(4106, LogLevel.Debug, "The workflow engine was stopped within an operation")]
        public static partial void StoppedWithError(ILogger logger, Exception exception);
    }
}
