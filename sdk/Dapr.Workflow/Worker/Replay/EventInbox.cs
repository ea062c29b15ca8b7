using Dapr.Common.Serialization;
using Proto = Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>External events by name (compared without case), first come first served; events nobody waits for are kept.</summary>
internal sealed class EventInbox(IDaprSerializer serializer)
{
    private readonly List<Proto.HistoryEvent> unconsumed = [];
    private readonly List<Waiter> waiters = [];

    public IReadOnlyList<Proto.HistoryEvent> Unconsumed => unconsumed;

    public int WaiterCount => waiters.Count;

    public void Deliver(Proto.HistoryEvent entry)
    {
        var waiter = waiters.Find(candidate => IsNamed(candidate.Name, entry));
        if (waiter is null)
        {
            unconsumed.Add(entry);
            return;
        }

        waiters.Remove(waiter);
        waiter.Deliver(entry.EventRaised.Input);
    }

    public bool TryTake<T>(string name, out Task<T> value)
    {
        var entry = unconsumed.Find(candidate => IsNamed(name, candidate));
        if (entry is null)
        {
            value = null!;
            return false;
        }

        unconsumed.Remove(entry);
        var source = new TaskCompletionSource<T>();
        serializer.Deliver(source, entry.EventRaised.Input);
        value = source.Task;
        return true;
    }

    public Task<T> WaitAsync<T>(string name, CancellationToken cancellationToken)
    {
        if (TryTake<T>(name, out var early))
        {
            return early;
        }

        var source = new TaskCompletionSource<T>();
        var waiter = new Waiter(name, input => serializer.Deliver(source, input));
        waiters.Add(waiter);
        cancellationToken.Register(() =>
        {
            waiters.Remove(waiter);
            source.TrySetCanceled(cancellationToken);
        });
        return source.Task;
    }

    private static bool IsNamed(string name, Proto.HistoryEvent entry) => string.Equals(name, entry.EventRaised.Name, StringComparison.OrdinalIgnoreCase);

    private sealed record Waiter(string Name, Action<string?> Deliver);
}
