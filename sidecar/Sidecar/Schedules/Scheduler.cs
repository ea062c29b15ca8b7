using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Sidecar.Schedules;

/// <summary>
/// Keeps and delivers the schedules of a run: actor reminders and jobs. Invariants: what is stored is delivered at least once, also after a
/// kill; of one schedule at most one occurrence is under way; only the owner of a target delivers; an occurrence that no consumer can be
/// reached for waits. Shared by the sidecars of a run, see <see cref="SchedulerRegistry"/>.
/// </summary>
internal sealed partial class Scheduler(IScheduleStore store, TimeProvider time, Func<Guid> newId, ILogger logger) : IAsyncDisposable
{
    private const int MaxDeliveries = 1_000;
    private const int BatchSize = 200;
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly List<ConnectedConsumer> _consumers = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task> _deliveries = new(StringComparer.Ordinal);
    private readonly SleepSignal _signal = new(time);
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private int _saidVolatile;
    private int _turn;

    /// <summary>Opens the store and begins to deliver. Throws <see cref="Components.ComponentException"/>.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await store.StartAsync(cancellationToken);
        _running = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>Adds or replaces a schedule.</summary>
    public async Task<ScheduleFailure?> ScheduleAsync(ScheduleRequest request, bool overwrite, CancellationToken cancellationToken)
    {
        if (ScheduleRules.Validate(request, time.GetUtcNow(), time.LocalTimeZone, out var problem) is not { } definition)
        {
            return new ScheduleFailure(false, problem!);
        }

        if (ScheduleRules.Start(definition, time.LocalTimeZone) is not { } progress)
        {
            // Never due. As in Dapr it is taken and gone at once.
            await store.DeleteAsync(request.Key, cancellationToken);
            return null;
        }

        if (!store.IsDurable && Interlocked.Exchange(ref _saidVolatile, 1) == 0)
        {
            LogVolatile();
        }

        if (!await store.PutAsync(new ScheduleEntry(newId(), definition, progress), overwrite, cancellationToken))
        {
            return new ScheduleFailure(true, $"job already exists: '{request.Key}'");
        }

        _signal.Notify(progress.Next);
        return null;
    }

    /// <summary>The schedule of a key, or null.</summary>
    public Task<ScheduleEntry?> FindAsync(string key, CancellationToken cancellationToken) => store.FindAsync(key, cancellationToken);

    /// <summary>All schedules whose key begins so, by key.</summary>
    public Task<IReadOnlyList<ScheduleEntry>> ListAsync(string keyPrefix, CancellationToken cancellationToken) => store.ListAsync(keyPrefix, cancellationToken);

    /// <summary>Removes a schedule, if there is one.</summary>
    public Task DeleteAsync(string key, CancellationToken cancellationToken) => store.DeleteAsync(key, cancellationToken);

    /// <summary>Removes all schedules whose key begins so.</summary>
    public Task DeletePrefixAsync(string keyPrefix, CancellationToken cancellationToken) => store.DeletePrefixAsync(keyPrefix, cancellationToken);

    /// <summary>From now on the consumer gets the occurrences of its target.</summary>
    public void Connect(IScheduleConsumer consumer)
    {
        lock (_gate)
        {
            _consumers.Add(new ConnectedConsumer(consumer));
        }

        _signal.Wake();
    }

    /// <summary>The consumer gets nothing more; waits for what it has until the token is cancelled.</summary>
    public async Task DisconnectAsync(IScheduleConsumer consumer, CancellationToken cancellationToken)
    {
        Task[] left;
        lock (_gate)
        {
            left = [.. _consumers.Where(connected => connected.Consumer == consumer).SelectMany(connected => connected.Deliveries.Keys)];
            _consumers.RemoveAll(connected => connected.Consumer == consumer);
        }

        _signal.Wake();
        await Task.WhenAll(left).WaitAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await Task.WhenAll(_deliveries.Values);
        await store.DisposeAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _signal.Awake();
                await _signal.SleepAsync(await PassAsync(_stop.Token), _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // The store is away: everything due waits until it is back.
                LogStoreFault(exception);
                await Task.Delay(RetryPause, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // Starts what is due; returns when to look again.
    private async Task<DateTimeOffset> PassAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (ready, waiting, gone) = Consumers(now);
        var owned = await store.OwnAsync([.. ready.Select(consumer => consumer.Consumer.Target).Distinct(StringComparer.Ordinal)], cancellationToken);
        if (gone.Count > 0)
        {
            await store.DisownAsync(gone, cancellationToken);
        }

        var wake = now + (waiting || ready.Exists(consumer => !owned.Contains(consumer.Consumer.Target)) ? RetryPause : LongestSleep);
        if (owned.Count == 0)
        {
            return wake;
        }

        wake = store.RenewalInterval is { } renewal && now + renewal < wake ? now + renewal : wake;

        // Those under way are among the first: a full page says that there may be more, a page of these alone that there is nothing to do.
        var page = _deliveries.Count + BatchSize;
        var entries = await store.NextAsync(owned, page, cancellationToken);
        now = time.GetUtcNow();
        foreach (var entry in entries.Where(entry => !_deliveries.ContainsKey(entry.Key)))
        {
            if (entry.Progress.Next > now)
            {
                return entry.Progress.Next < wake ? entry.Progress.Next : wake;
            }

            if (_deliveries.Count >= MaxDeliveries)
            {
                // The end of any delivery wakes.
                return wake;
            }

            Deliver(entry, ready);
        }

        return entries.Count >= page ? now : wake;
    }

    // Consumers that can be delivered to, whether others cannot, and the targets nobody consumes any more.
    private (List<ConnectedConsumer> Ready, bool Waiting, List<string> Gone) Consumers(DateTimeOffset now)
    {
        lock (_gate)
        {
            var ready = _consumers.Where(connected => connected.PausedUntil <= now && connected.Consumer.IsAvailable).ToList();
            var gone = _known.Where(target => !_consumers.Exists(connected => connected.Consumer.Target == target)).ToList();
            _known.ExceptWith(gone);
            _known.UnionWith(ready.Select(connected => connected.Consumer.Target));
            return (ready, ready.Count < _consumers.Count, gone);
        }
    }

    private void Deliver(ScheduleEntry entry, List<ConnectedConsumer> ready)
    {
        var candidates = ready.FindAll(connected => connected.Consumer.Target == entry.Target);
        if (candidates.Count == 0)
        {
            return;
        }

        var consumer = candidates[(int)((uint)_turn++ % candidates.Count)];
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _deliveries[entry.Key] = started.Task;
        consumer.Deliveries.TryAdd(started.Task, true);
        _ = Task.Run(() => RunDeliveryAsync(entry, consumer, started), CancellationToken.None);
    }

    private async Task RunDeliveryAsync(ScheduleEntry entry, ConnectedConsumer consumer, TaskCompletionSource started)
    {
        try
        {
            var outcome = await consumer.Consumer.DeliverAsync(entry, _stop.Token);
            await RecordAsync(entry, consumer, outcome);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Delivered again after the next start.
        }
        catch (Exception exception)
        {
            LogDeliveryFault(entry.Key, exception);
            consumer.PausedUntil = time.GetUtcNow() + RetryPause;
        }
        finally
        {
            consumer.Deliveries.TryRemove(started.Task, out _);
            _deliveries.TryRemove(entry.Key, out _);
            started.SetResult();
            _signal.Wake();
        }
    }

    private async Task RecordAsync(ScheduleEntry entry, ConnectedConsumer consumer, DeliveryOutcome outcome)
    {
        if (outcome == DeliveryOutcome.Unreachable && entry.Definition.Request.FailurePolicy is null)
        {
            consumer.PausedUntil = time.GetUtcNow() + RetryPause;
            return;
        }

        var progress = outcome == DeliveryOutcome.Accepted
            ? ScheduleRules.Accepted(entry, time.LocalTimeZone)
            : ScheduleRules.Refused(entry, time.GetUtcNow(), time.LocalTimeZone);
        if (outcome != DeliveryOutcome.Accepted && progress?.Attempts is null or 0)
        {
            LogGivenUp(entry.Key, entry.Progress.Attempts + 1);
        }

        // What was delivered is recorded also when the run stops just now.
        await (progress is null ? store.EndAsync(entry, CancellationToken.None) : store.AdvanceAsync(entry, progress, CancellationToken.None));
    }

    [LoggerMessage(4311, LogLevel.Warning, "Reminders and jobs are kept in memory and end with this run: no durable state component has actorStateStore \"true\"")]
    private partial void LogVolatile();

    [LoggerMessage(4312, LogLevel.Warning, "The store of reminders and jobs cannot be used; next attempt in 1 s")]
    private partial void LogStoreFault(Exception exception);

    [LoggerMessage(4313, LogLevel.Error, "Delivery of {Key} failed; it is repeated")]
    private partial void LogDeliveryFault(string key, Exception exception);

    [LoggerMessage(4314, LogLevel.Error, "{Key} was refused {Attempts} times and is given up, as its failure policy says")]
    private partial void LogGivenUp(string key, int attempts);

    private sealed record ConnectedConsumer(IScheduleConsumer Consumer)
    {
        public ConcurrentDictionary<Task, bool> Deliveries { get; } = new();

        public DateTimeOffset PausedUntil { get; set; }
    }
}
