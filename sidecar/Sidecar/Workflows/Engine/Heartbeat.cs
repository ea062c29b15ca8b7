namespace Sidecar.Workflows.Engine;

/// <summary>The signs of life of a worker. One that gives none of itself is known by its connection alone.</summary>
internal sealed class Heartbeat(TimeProvider time)
{
    private readonly Lock _gate = new();
    private long? _last;

    /// <summary>The worker has given a sign; from now on it is expected to.</summary>
    public void Beat()
    {
        lock (_gate)
        {
            _last = time.GetTimestamp();
        }
    }

    /// <summary>Whether a worker that gives signs has given none for so long.</summary>
    public bool IsSilentFor(TimeSpan limit)
    {
        lock (_gate)
        {
            return _last is { } last && time.GetElapsedTime(last) > limit;
        }
    }
}
