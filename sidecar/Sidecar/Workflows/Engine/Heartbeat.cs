namespace Sidecar.Workflows.Engine;

/// <summary>
/// The signs of life of a worker. Expected of one that gives them again and again only: a single one is a greeting, which may be another
/// worker's on the same connection. One that gives none is known by its connection alone.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="lease">How long one sign lasts.</param>
internal sealed class Heartbeat(TimeProvider time, TimeSpan lease)
{
    private readonly Lock _gate = new();
    private long? _last;
    private bool _isRegular;

    /// <summary>Whether a worker that gives signs has given none for longer than one lasts.</summary>
    public bool IsSilent
    {
        get
        {
            lock (_gate)
            {
                return _isRegular && !IsFresh;
            }
        }
    }

    private bool IsFresh => _last is { } last && time.GetElapsedTime(last) <= lease;

    /// <summary>A sign has come; from the second within a lease on the next is expected.</summary>
    public void Beat()
    {
        lock (_gate)
        {
            _isRegular |= IsFresh;
            _last = time.GetTimestamp();
        }
    }

    /// <summary>Begins anew: it is not known whose signs those so far were.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _isRegular = false;
            _last = null;
        }
    }
}
