using System.Collections.Concurrent;
using Sidecar.Bindings;

namespace Sidecar.Tests.Bindings;

/// <summary>What every input binding must do. A component's class makes one to which events keep coming.</summary>
public abstract class InputBindingContract : IAsyncLifetime
{
    private readonly ConcurrentQueue<BindingEvent> _events = new();
    private readonly CancellationTokenSource _stop = new();
    private IInputBinding _binding = null!;

    public async Task InitializeAsync()
    {
        _binding = await CreateAsync();
        await _binding.StartAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await _binding.DisposeAsync();
        _stop.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_AppTakesOrRefuses_EventsKeepComing(bool taken)
    {
        var reading = ReadAsync(_ => Task.FromResult(taken));

        await Eventually.TrueAsync(() => _events.Count >= 3, "events come");
        await StopAsync(reading);
        _events.Should().OnlyContain(each => each.Metadata.Keys.All(name => name.Length > 0));
    }

    [Fact]
    public async Task Read_AppHangs_DoesNotHoldUpTheNextEvents()
    {
        var release = new TaskCompletionSource<bool>();
        var reading = ReadAsync(number => number == 1 ? release.Task : Task.FromResult(true));

        await Eventually.TrueAsync(() => _events.Count >= 3, "later events come");
        release.SetResult(true);
        await StopAsync(reading);
    }

    [Fact]
    public async Task Read_Stopped_TakesNothingNewAndWaitsForWhatIsUnderWay()
    {
        var (began, release) = (new TaskCompletionSource(), new TaskCompletionSource<bool>());
        var reading = ReadAsync(number =>
        {
            began.TrySetResult();
            return number == 1 ? release.Task : Task.FromResult(true);
        });
        await began.Task;

        await _stop.CancelAsync();
        reading.IsCompleted.Should().BeFalse("an event is still being handled");
        release.SetResult(true);
        await reading.WaitAsync(TimeSpan.FromSeconds(10));
        var handed = _events.Count;

        await Eventually.TrueAsync(PassedAsync, "another event would have come");
        _events.Should().HaveCount(handed);
    }

    [Fact]
    public async Task Read_StoppedBeforeItBegan_HandsOutNothing()
    {
        await _stop.CancelAsync();

        await ReadAsync(_ => Task.FromResult(true)).WaitAsync(TimeSpan.FromSeconds(10));

        _events.Should().BeEmpty();
    }

    private protected abstract Task<IInputBinding> CreateAsync();

    /// <summary>Whether so much time has passed since the first call that another event was due.</summary>
    private protected abstract Task<bool> PassedAsync();

    private Task ReadAsync(Func<int, Task<bool>> handler) => _binding.ReadAsync(
        bindingEvent =>
        {
            _events.Enqueue(bindingEvent);
            return handler(_events.Count);
        },
        _stop.Token);

    private async Task StopAsync(Task reading)
    {
        await _stop.CancelAsync();
        await reading.WaitAsync(TimeSpan.FromSeconds(10));
    }
}

/// <summary>Cron, on a clock that runs a hundred times as fast.</summary>
public sealed class CronBindingTests : InputBindingContract
{
    private readonly FastClock _clock = new();
    private DateTimeOffset? _asked;

    private protected override Task<IInputBinding> CreateAsync() => Task.FromResult<IInputBinding>(new Sidecar.Bindings.Cron.CronBinding(
        new("tick", "bindings.cron", "v1", new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["schedule"] = "* * * * * *" }, "tick.yaml"),
        Support.TestContext.Component() with { Time = _clock }));

    private protected override Task<bool> PassedAsync() => Task.FromResult(_clock.GetUtcNow() - (_asked ??= _clock.GetUtcNow()) > TimeSpan.FromSeconds(2));

    private sealed class FastClock : TimeProvider
    {
        private const int Factor = 100;
        private readonly long _start = System.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + (System.GetElapsedTime(_start) * Factor);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / Factor : dueTime, period > TimeSpan.Zero ? period / Factor : period);
    }
}
