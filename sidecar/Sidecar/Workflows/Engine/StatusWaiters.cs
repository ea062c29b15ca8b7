using System.Collections.Concurrent;
using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Engine;

/// <summary>Calls that wait until an instance gets somewhere. Bounded in number; each waits no longer than its caller.</summary>
internal sealed class StatusWaiters(int limit)
{
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<Waiter, byte>> _waiters = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>Waits from now on; null when too many wait already. Dispose it.</summary>
    public Waiter? Register(string instanceId, Func<InstanceRow, bool> reached)
    {
        if (Interlocked.Increment(ref _count) > limit)
        {
            Interlocked.Decrement(ref _count);
            return null;
        }

        var waiter = new Waiter(this, instanceId, reached);
        lock (_waiters)
        {
            _waiters.GetOrAdd(instanceId, _ => new()).TryAdd(waiter, 0);
        }

        return waiter;
    }

    /// <summary>An instance has a new durable head.</summary>
    public void Publish(InstanceRow head) => Each(head.InstanceId, waiter => waiter.Offer(head));

    /// <summary>An instance was purged.</summary>
    public void PublishGone(string instanceId) => Each(instanceId, waiter => waiter.Gone());

    private void Each(string instanceId, Action<Waiter> action)
    {
        if (_waiters.TryGetValue(instanceId, out var waiters))
        {
            foreach (var waiter in waiters.Keys)
            {
                action(waiter);
            }
        }
    }

    private void Remove(Waiter waiter)
    {
        Interlocked.Decrement(ref _count);
        lock (_waiters)
        {
            if (_waiters.TryGetValue(waiter.InstanceId, out var waiters) && waiters.TryRemove(waiter, out _) && waiters.IsEmpty)
            {
                _waiters.TryRemove(waiter.InstanceId, out _);
            }
        }
    }

    internal sealed class Waiter(StatusWaiters owner, string instanceId, Func<InstanceRow, bool> reached) : IDisposable
    {
        private readonly TaskCompletionSource<InstanceRow?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string InstanceId { get; } = instanceId;

        /// <summary>The head that was waited for; null when the instance was purged meanwhile.</summary>
        public Task<InstanceRow?> Reached => _done.Task;

        public void Offer(InstanceRow head)
        {
            if (reached(head))
            {
                _done.TrySetResult(head);
            }
        }

        public void Gone() => _done.TrySetResult(null);

        public void Dispose() => owner.Remove(this);
    }
}
