using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Sidecar.Workflows.Store;

/// <summary>
/// Group commit: one writer takes whatever commits have gathered while the last transaction ran, and writes them in one.
/// Invariants: order of arrival is order of durability; a commit's task completes only after its transaction; a broken
/// connection is retried for ever with the same batch (which may be applied twice); a commit that the database refuses
/// fails alone with those that build on it.
/// </summary>
internal sealed partial class CommitQueue(ICommitWriter writer, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private const int Portion = 4;
    private static readonly TimeSpan LongestGathering = TimeSpan.FromMilliseconds(3);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(2);

    private readonly Channel<Pending> _pending = Channel.CreateUnbounded<Pending>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private Task _writer = Task.CompletedTask;
    private int _backlog;

    public int Backlog => Volatile.Read(ref _backlog);

    public void Start() => _writer = Task.Run(RunAsync, CancellationToken.None);

    public Task AddAsync(StoreCommit commit)
    {
        var pending = new Pending(commit);
        Interlocked.Increment(ref _backlog);
        if (!_pending.Writer.TryWrite(pending))
        {
            pending.Done.SetCanceled(_stop.Token);
        }

        return pending.Done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _pending.Writer.TryComplete();
        try
        {
            await _stop.CancelAsync();
        }
        catch (AggregateException e)
        {
            // A connection that breaks at this moment may throw: it disposes of what its own cancellation uses.
            Log.FailedAtTheEnd(logger, e);
        }

        await _writer;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var taken = new List<Pending>();
        try
        {
            while (await _pending.Reader.WaitToReadAsync(_stop.Token))
            {
                taken.Clear();
                var batch = new List<StoreCommit>();
                Take(taken, batch);
                await GatherAsync(taken, batch);
                await WriteAsync(taken, batch);
                Interlocked.Add(ref _backlog, -taken.Count);
            }
        }
        catch (Exception e) when (_stop.IsCancellationRequested)
        {
            if (e is not OperationCanceledException)
            {
                Log.FailedAtTheEnd(logger, e);
            }

            taken.ForEach(pending => pending.Done.TrySetCanceled(_stop.Token));
            while (_pending.Reader.TryRead(out var left))
            {
                left.Done.TrySetCanceled(_stop.Token);
            }
        }
    }

    private void Take(List<Pending> taken, List<StoreCommit> batch)
    {
        var rows = batch.Sum(commit => commit.Rows);
        while (rows < writer.MaxRows && _pending.Reader.TryRead(out var next))
        {
            taken.Add(next);
            if (next.Commit.Chain is { IsBroken: true })
            {
                Fail(next, BehindAFailure());
            }
            else
            {
                batch.Add(next.Commit);
                rows += next.Commit.Rows;
            }
        }
    }

    // The pause is for the disk's sake, so the system's clock measures it, whatever clock the workflows have.
    private async Task GatherAsync(List<Pending> taken, List<StoreCommit> batch)
    {
        if (!taken.TrueForAll(pending => pending.Commit.CanWait))
        {
            return;
        }

        using var enough = new CancellationTokenSource(LongestGathering, TimeProvider.System);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, _stop.Token);
        try
        {
            while (taken.TrueForAll(pending => pending.Commit.CanWait) && await _pending.Reader.WaitToReadAsync(linked.Token))
            {
                Take(taken, batch);
            }
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            // Nothing came in time.
        }
    }

    private async Task WriteAsync(List<Pending> taken, List<StoreCommit> batch)
    {
        try
        {
            await WriteUntilDurableAsync(batch);
            Complete(taken);
        }
        catch (StoreFencedException e)
        {
            taken.ForEach(pending => pending.Done.TrySetException(e));
        }
        catch (Exception e) when (!_stop.IsCancellationRequested && taken.Count > 1)
        {
            Log.BatchRefused(logger, e, taken.Count);
            foreach (var pending in taken)
            {
                await WriteAloneAsync(pending);
            }
        }
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            taken.ForEach(pending => Fail(pending, e));
        }
    }

    // Whoever waits goes on right here, or in portions on other threads when there are many: a hop for each costs more than what most of them do.
    private static void Complete(List<Pending> taken)
    {
        if (taken.Count <= Portion)
        {
            taken.ForEach(pending => pending.Done.TrySetResult());
            return;
        }

        foreach (var portion in taken.Chunk(Portion))
        {
            ThreadPool.UnsafeQueueUserWorkItem(static part => Array.ForEach(part, pending => pending.Done.TrySetResult()), portion, preferLocal: false);
        }
    }

    private static void Fail(Pending pending, Exception exception)
    {
        pending.Commit.Chain?.IsBroken = true;
        pending.Done.TrySetException(exception);
    }

    private static InvalidOperationException BehindAFailure() => new("an earlier step of the same instance could not be stored");

    private async Task WriteAloneAsync(Pending pending)
    {
        if (pending.Commit.Chain is { IsBroken: true })
        {
            Fail(pending, BehindAFailure());
            return;
        }

        await WriteAsync([pending], [pending.Commit]);
    }

    private async Task WriteUntilDurableAsync(List<StoreCommit> batch)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await writer.WriteAsync(batch, _stop.Token);
                return;
            }
            catch (Exception e) when (writer.IsOutage(e) && !_stop.IsCancellationRequested)
            {
                var pause = TimeSpan.FromMilliseconds(Math.Min(MaxPause.TotalMilliseconds, 25 << Math.Min(attempt, 10)));
                Log.StoreUnavailable(logger, e, pause.TotalMilliseconds);
                await Task.Delay(pause, time, _stop.Token);
            }
        }
    }

    private sealed class Pending(StoreCommit commit)
    {
        public StoreCommit Commit { get; } = commit;

        public TaskCompletionSource Done { get; } = new();
    }

    private static partial class Log
    {
        [LoggerMessage(4011, LogLevel.Warning, "The workflow store cannot be written; {Commits} commits are tried one by one")]
        public static partial void BatchRefused(ILogger logger, Exception exception, int commits);

        [LoggerMessage(4012, LogLevel.Warning, "The workflow store is not available; next attempt in {Milliseconds} ms")]
        public static partial void StoreUnavailable(ILogger logger, Exception exception, double milliseconds);

        [LoggerMessage(4013, LogLevel.Warning, "The last write to the workflow store failed while the store was closed")]
        public static partial void FailedAtTheEnd(ILogger logger, Exception exception);
    }
}
