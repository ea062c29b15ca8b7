using Sidecar.Api.Http;

namespace Sidecar.State;

/// <summary>The rows of an in-memory store. All checks of a transaction are made before its first change, under one lock.</summary>
internal sealed class InMemoryTable(TimeProvider time)
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, StateItem> _rows = new(StringComparer.Ordinal);
    private DateTimeOffset _nextSweep = time.GetUtcNow() + SweepInterval;
    private long _version;

    public StateItem? Get(string key)
    {
        lock (_gate)
        {
            return Live(key);
        }
    }

    public StateFailure? Apply(IReadOnlyList<StateOperation> operations)
    {
        var lifetimes = new long[operations.Count];
        for (var i = 0; i < operations.Count; i++)
        {
            if ((operations[i].CheckOptions() ?? Lifetime(operations[i], out lifetimes[i])) is { } refused)
            {
                return refused;
            }
        }

        lock (_gate)
        {
            foreach (var operation in operations)
            {
                if (CheckVersion(operation) is { } failure)
                {
                    return failure;
                }
            }

            for (var i = 0; i < operations.Count; i++)
            {
                Change(operations[i], lifetimes[i]);
            }

            Sweep();
            return null;
        }
    }

    private static StateFailure? Lifetime(StateOperation operation, out long seconds)
    {
        seconds = 0;
        if (operation is not SetOperation || operation.Metadata.GetValueOrDefault("ttlInSeconds") is not { Length: > 0 } text)
        {
            return null;
        }

        if (!GoNumber.TryParse(text, "Atoi", out seconds, out var error))
        {
            return StateFailure.Refused(error);
        }

        seconds = Math.Clamp(seconds, 0, int.MaxValue);
        return null;
    }

    private StateFailure? CheckVersion(StateOperation operation)
    {
        var current = Live(operation.Key);
        if (!operation.HasETag)
        {
            return operation.FirstWrite && current is not null ? StateFailure.Mismatch("item already exists and no etag was passed") : null;
        }

        if (current is null)
        {
            return StateFailure.Mismatch($"state not exist or expired for key={operation.Key}");
        }

        return current.ETag == operation.ETag ? null : StateFailure.Mismatch($"state etag not match for key={operation.Key}: current={current.ETag}, expect={operation.ETag}");
    }

    private void Change(StateOperation operation, long lifetime)
    {
        if (operation is SetOperation set)
        {
            DateTimeOffset? expires = lifetime > 0 ? time.GetUtcNow().AddSeconds(lifetime) : null;
            _rows[set.Key] = new StateItem(set.Binary ? set.Value : GoJson.EscapeHtml(set.Value), (++_version).ToString(), expires);
        }
        else
        {
            _rows.Remove(operation.Key);
        }
    }

    private StateItem? Live(string key)
    {
        if (!_rows.TryGetValue(key, out var item) || item.Expires is not { } expires || expires > time.GetUtcNow())
        {
            return item;
        }

        _rows.Remove(key);
        return null;
    }

    private void Sweep()
    {
        var now = time.GetUtcNow();
        if (now < _nextSweep)
        {
            return;
        }

        _nextSweep = now + SweepInterval;
        foreach (var key in _rows.Where(row => row.Value.Expires <= now).Select(row => row.Key).ToList())
        {
            _rows.Remove(key);
        }
    }
}
