using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Schedules;

namespace Sidecar.Tests.Schedules;

public sealed class SchedulerTests
{
    [Fact]
    public async Task Run_ManyDeliveriesUnderWay_TheStoreIsNotAskedAgainAndAgain()
    {
        const int Slow = 250;
        var store = new CountingStore();
        var consumer = new HeldConsumer();
        await using var scheduler = new Scheduler(store, TimeProvider.System, Guid.NewGuid, NullLogger.Instance);
        await scheduler.StartAsync(CancellationToken.None);
        for (var i = 0; i < Slow; i++)
        {
            await ScheduleAsync(scheduler, $"slow-{i}", "0s");
        }

        scheduler.Connect(consumer);
        await Eventually.TrueAsync(() => consumer.UnderWay == Slow, "all are under way and none ends");
        await ScheduleAsync(scheduler, "later", "300ms");
        var before = store.Asked;
        await Eventually.TrueAsync(() => consumer.UnderWay == Slow + 1, "what falls due meanwhile is delivered");

        (store.Asked - before).Should().BeLessThan(20);
        consumer.Release();
        await Eventually.TrueAsync(async () => (await scheduler.ListAsync("", CancellationToken.None)).Count == 0, "all end");
    }

    private static async Task ScheduleAsync(Scheduler scheduler, string name, string due) =>
        (await scheduler.ScheduleAsync(new ScheduleRequest(name, HeldConsumer.Name) { DueTime = due }, overwrite: false, CancellationToken.None)).Should().BeNull();

    private sealed class HeldConsumer : IScheduleConsumer
    {
        public const string Name = "target";
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _underWay;

        public string Target => Name;

        public bool IsAvailable => true;

        public int UnderWay => Volatile.Read(ref _underWay);

        public void Release() => _released.SetResult();

        public async Task<DeliveryOutcome> DeliverAsync(ScheduleEntry entry, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _underWay);
            await _released.Task.WaitAsync(cancellationToken);
            return DeliveryOutcome.Accepted;
        }
    }

    private sealed class CountingStore : IScheduleStore
    {
        private readonly InMemoryScheduleStore _store = new();
        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        public bool IsDurable => true;

        public Task StartAsync(CancellationToken cancellationToken) => _store.StartAsync(cancellationToken);

        public Task<bool> PutAsync(ScheduleEntry entry, bool overwrite, CancellationToken cancellationToken) => _store.PutAsync(entry, overwrite, cancellationToken);

        public Task<ScheduleEntry?> FindAsync(string key, CancellationToken cancellationToken) => _store.FindAsync(key, cancellationToken);

        public Task<IReadOnlyList<ScheduleEntry>> ListAsync(string keyPrefix, CancellationToken cancellationToken) => _store.ListAsync(keyPrefix, cancellationToken);

        public Task DeleteAsync(string key, CancellationToken cancellationToken) => _store.DeleteAsync(key, cancellationToken);

        public Task DeletePrefixAsync(string keyPrefix, CancellationToken cancellationToken) => _store.DeletePrefixAsync(keyPrefix, cancellationToken);

        public Task<IReadOnlyCollection<string>> OwnAsync(IReadOnlyCollection<string> targets, CancellationToken cancellationToken) => _store.OwnAsync(targets, cancellationToken);

        public Task DisownAsync(IReadOnlyCollection<string> targets, CancellationToken cancellationToken) => _store.DisownAsync(targets, cancellationToken);

        public Task<IReadOnlyList<ScheduleEntry>> NextAsync(IReadOnlyCollection<string> targets, int count, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            return _store.NextAsync(targets, count, cancellationToken);
        }

        public Task AdvanceAsync(ScheduleEntry entry, ScheduleProgress progress, CancellationToken cancellationToken) => _store.AdvanceAsync(entry, progress, cancellationToken);

        public Task EndAsync(ScheduleEntry entry, CancellationToken cancellationToken) => _store.EndAsync(entry, cancellationToken);

        public ValueTask DisposeAsync() => _store.DisposeAsync();
    }
}
