namespace Sidecar.Workflows.Engine;

/// <summary>Numbers that only grow, over restarts too: the owner's epoch in the upper half, a counter in the lower. They order inbox entries and generations.</summary>
internal sealed class KeySequence(long epoch)
{
    private long _last = epoch << 32;

    public long Next() => Interlocked.Increment(ref _last);
}
