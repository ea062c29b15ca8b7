using System.Text;
using Dapr.Actors.Runtime;

namespace Dapr.Actors.Tests;

/// <summary>Counts, in the sidecar's state; tells its events to the test.</summary>
[Actor(TypeName = "Counter")]
public sealed class Counter(ActorHost host, Recorder recorder, ScopeProbe probe) : Actor(host), ICounter, IRemindable, IDisposable
{
    private const string Key = "count";

    public Task<int> CountAsync() => StateManager.GetOrAddStateAsync(Key, 0);

    public async Task<Total> AddAsync(int number, string by, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new Total { Count = await AddOneAsync(number), LastBy = by };
    }

    public Task<int> AddOneAsync(int number) => StateManager.AddOrUpdateStateAsync(Key, number, (_, count) => count + number);

    public Task ClearAsync() => StateManager.TryRemoveStateAsync(Key);

    public async Task FailAfterChangeAsync(string reason)
    {
        await StateManager.SetStateAsync(Key, 1_000_000);
        throw new InvalidTimeZoneException(reason);
    }

    public async Task<int> AddFromAsync(ICountReader other) => await AddOneAsync(await other.CountAsync());

    public async Task<int> AddThroughAsync(string relayId)
    {
        await AddOneAsync(1);
        await SaveStateAsync();
        return await ProxyFactory.CreateActorProxy<IRelay>(new ActorId(relayId), "Relay").AddToAsync(Id.GetId(), 10);
    }

    public Task StartTimerAsync(string text) =>
        RegisterTimerAsync("tick", nameof(TickAsync), Encoding.UTF8.GetBytes(text), TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(50));

    public Task StopTimerAsync() => UnregisterTimerAsync("tick");

    public Task RemindAsync(ReminderRequest request)
    {
        var state = Encoding.UTF8.GetBytes(request.Text);
        return request.Repetitions is { } times
            ? RegisterReminderAsync(request.Name, state, request.Due, request.Period, times)
            : RegisterReminderAsync(request.Name, state, request.Due, request.Period);
    }

    public Task ForgetReminderAsync(string name) => UnregisterReminderAsync(name);

    public async Task<string> DescribeReminderAsync(string name)
    {
        var reminder = await GetReminderAsync(name);
        return $"{reminder.Name} {reminder.DueTime} {reminder.Period} {Encoding.UTF8.GetString(reminder.State)}";
    }

    public Task SetForAsync(string key, string value, TimeSpan lifetime) => StateManager.SetStateAsync(key, value, lifetime);

    public async Task<string?> FindAsync(string key) => await StateManager.TryGetStateAsync<string>(key) is { HasValue: true, Value: var value } ? value : null;

    public async Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period)
    {
        await AddOneAsync(1);
        recorder.Add($"reminder {Id} {reminderName} {Encoding.UTF8.GetString(state)}");
    }

    public void Dispose() => recorder.Add($"dispose {Id} scope={probe.IsDisposed}");

    protected override Task OnActivateAsync()
    {
        recorder.Add($"activate {Id}");
        return Task.CompletedTask;
    }

    protected override Task OnDeactivateAsync()
    {
        recorder.Add($"deactivate {Id}");
        return Task.CompletedTask;
    }

    protected override Task OnActorMethodFailedAsync(ActorMethodContext actorMethodContext, Exception e)
    {
        recorder.Add($"failed {actorMethodContext.MethodName} {actorMethodContext.CallType} {e.Message}");
        return Task.CompletedTask;
    }

    private async Task TickAsync(byte[] text)
    {
        await AddOneAsync(1);
        recorder.Add($"tick {Id} {Encoding.UTF8.GetString(text)}");
    }
}

/// <summary>Calls a counter back.</summary>
public sealed class Relay(ActorHost host) : Actor(host), IRelay
{
    public Task<int> AddToAsync(string counterId, int number) => ProxyFactory.CreateActorProxy<ICounter>(new ActorId(counterId), "Counter").AddOneAsync(number);
}

/// <summary>Lives as long as its scope.</summary>
public sealed class ScopeProbe : IDisposable
{
    public bool IsDisposed { get; private set; }

    public void Dispose() => IsDisposed = true;
}
