using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Engine;

/// <summary>Calls that wait until an instance gets somewhere. Bounded in number; each waits no longer than its caller.</summary>
internal sealed class StatusWaiters(EngineContext context)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<Waiter>> _waiters = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>Waits from now on; null when too many wait already. Dispose it.</summary>
    public Waiter? Register(string instanceId, Func<InstanceRow, bool> reached)
    {
        if (Interlocked.Increment(ref _count) > context.Options.MaxWaiters)
        {
            Interlocked.Decrement(ref _count);
            return null;
        }

        var waiter = new Waiter(this, instanceId, reached, context.Environment.Completion);
        lock (_gate)
        {
            if (!_waiters.TryGetValue(instanceId, out var waiters))
            {
                _waiters[instanceId] = waiters = [];
            }

            waiters.Add(waiter);
        }

        return waiter;
    }

    /// <summary>An instance has a new durable head.</summary>
    public void Publish(InstanceRow head) => Each(head.InstanceId, waiter => waiter.Offer(head));

    /// <summary>An instance was purged.</summary>
    public void PublishGone(string instanceId) => Each(instanceId, waiter => waiter.Gone());

    private void Each(string instanceId, Action<Waiter> action)
    {
        lock (_gate)
        {
            // None of them runs its caller's code here.
            _waiters.GetValueOrDefault(instanceId)?.ForEach(action);
        }
    }

    private void Remove(Waiter waiter)
    {
        Interlocked.Decrement(ref _count);
        lock (_gate)
        {
            if (_waiters.TryGetValue(waiter.InstanceId, out var waiters) && waiters.Remove(waiter) && waiters.Count == 0)
            {
                _waiters.Remove(waiter.InstanceId);
            }
        }
    }

    internal sealed class Waiter(StatusWaiters owner, string instanceId, Func<InstanceRow, bool> reached, TaskCreationOptions completion) : IDisposable
    {
        private readonly TaskCompletionSource<InstanceRow?> _done = new(completion);

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
