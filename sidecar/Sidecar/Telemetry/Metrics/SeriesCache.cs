using System.Collections.Concurrent;

namespace Sidecar.Telemetry.Metrics;

/// <summary>
/// The series of a call by what is known when it ends, so that labels are made and looked up once. Invariant: it holds no more than
/// <see cref="MaxEntries"/>, whatever paths callers invent; when it is full it begins anew.
/// </summary>
internal sealed class SeriesCache<T>(Func<string, string, int, T> find)
    where T : class
{
    private const int MaxEntries = 2_000;
    private readonly ConcurrentDictionary<(string Method, string Path, int Status), Entry> _known = new();
    private volatile Entry? _last;

    /// <summary>The series of a call.</summary>
    public T Of(string method, string path, int status)
    {
        // Calls of one kind often come in a row: comparing two texts is quicker than hashing one.
        var entry = _last;
        if (entry is null || entry.Status != status || entry.Path != path || entry.Method != method)
        {
            _last = entry = Find(method, path, status);
        }

        return entry.Series;
    }

    private Entry Find(string method, string path, int status)
    {
        if (_known.TryGetValue((method, path, status), out var known))
        {
            return known;
        }

        if (_known.Count >= MaxEntries)
        {
            _known.Clear();
        }

        return _known[(method, path, status)] = new Entry(method, path, status, find(method, path, status));
    }

    private sealed record Entry(string Method, string Path, int Status, T Series);
}

/// <summary>What is counted about calls of the API with the same labels.</summary>
internal sealed record ServerSeries(Counter Requests, Counter? Responses, Distribution Latency, Distribution RequestBytes, Distribution ResponseBytes);

/// <summary>What is counted about calls of the app with the same labels.</summary>
internal sealed record ClientSeries(Counter Completed, Distribution Latency, Distribution SentBytes, Distribution ReceivedBytes);
