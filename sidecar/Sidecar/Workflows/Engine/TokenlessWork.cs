namespace Sidecar.Workflows.Engine;

/// <summary>
/// The work of workers that may answer without a token, as those of the older protocol do. Such an answer has nothing but a key, which work of
/// another app or of another run may have too. Invariant: of the work of one key one piece is out at a time, until it is answered or its
/// lease has ended, so that it is certain which one an answer means; the rest waits here. The one thing that cannot be told apart: when the
/// stream of the worker or the lease has ended before the answer, the work is handed out again, and both attempts may be answered yet. Of such
/// answers each counts for what is out of its key when it comes: the first for the new attempt, which for a turn may have events that the answer
/// knows nothing of; the second for what comes after that. To give a new attempt the same events would right the first and not the second.
/// </summary>
internal sealed class TokenlessWork<TKey, TWork>
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, Entry> _out = [];
    private bool _isClosed;

    /// <summary>Lets a piece out under its token; false when another one of its key is, and it waits.</summary>
    public bool TryLetOut(TKey key, string token, ConnectedWorker worker, TWork work)
    {
        lock (_gate)
        {
            if (_out.TryGetValue(key, out var other) && !_isClosed)
            {
                other.Waiting.Add(work);
                return false;
            }

            _out[key] = new Entry(token, worker, []);
            return true;
        }
    }

    /// <summary>The token of the piece that is out; null when none is.</summary>
    public string? TokenOf(TKey key)
    {
        lock (_gate)
        {
            return _out.GetValueOrDefault(key)?.Token;
        }
    }

    /// <summary>A piece is out no more. Returns what waited for that.</summary>
    public IReadOnlyList<TWork> Return(TKey key, string token)
    {
        lock (_gate)
        {
            return _out.GetValueOrDefault(key) is { } entry && entry.Token == token && _out.Remove(key) ? entry.Waiting : [];
        }
    }

    /// <summary>A worker answers with tokens: nothing it has needs to be looked for by its key. Returns what waited.</summary>
    public IReadOnlyList<TWork> Return(ConnectedWorker proven)
    {
        lock (_gate)
        {
            return Remove(entry => entry.Worker == proven);
        }
    }

    /// <summary>Keeps nothing back any more. Returns what waited.</summary>
    public IReadOnlyList<TWork> Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            return Remove(static _ => true);
        }
    }

    private List<TWork> Remove(Func<Entry, bool> which)
    {
        var removed = _out.Where(pair => which(pair.Value)).ToList();
        removed.ForEach(pair => _out.Remove(pair.Key));
        return [.. removed.SelectMany(pair => pair.Value.Waiting)];
    }

    private sealed record Entry(string Token, ConnectedWorker Worker, List<TWork> Waiting);
}
