using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Engine;

/// <summary>
/// The durable heads of the instances that left memory last: whoever started a workflow asks for its outcome when it has just ended.
/// Invariant: a head is here only while its instance is not in memory, so that it is what the store has. Bounded in number and size.
/// </summary>
internal sealed class RecentHeads
{
    private const int Most = 2_000;
    private const int LargestHead = 4 * 1024;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, InstanceRow> _heads = new(StringComparer.Ordinal);
    private readonly Queue<InstanceRow> _order = [];

    /// <summary>The instance has left memory.</summary>
    public void Add(InstanceRow head)
    {
        if (head.State.Length + head.Start.Length > LargestHead)
        {
            return;
        }

        lock (_gate)
        {
            _heads[head.InstanceId] = head;
            _order.Enqueue(head);
            if (_order.Count > Most)
            {
                Forget(_order.Dequeue());
            }
        }
    }

    /// <summary>The instance is in memory again.</summary>
    public void Remove(string instanceId)
    {
        lock (_gate)
        {
            _heads.Remove(instanceId);
        }
    }

    public InstanceRow? Find(string instanceId)
    {
        lock (_gate)
        {
            return _heads.GetValueOrDefault(instanceId);
        }
    }

    // It may have been in memory since, and left a later head.
    private void Forget(InstanceRow head)
    {
        if (ReferenceEquals(_heads.GetValueOrDefault(head.InstanceId), head))
        {
            _heads.Remove(head.InstanceId);
        }
    }
}
