namespace Sidecar.Schedules;

/// <summary>Schedules that end with the run: beside <c>state.in-memory</c>, and without an actor state store.</summary>
internal sealed class InMemoryScheduleStore : IScheduleStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ScheduleEntry> _entries = new(StringComparer.Ordinal);

    public bool IsDurable => false;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<bool> PutAsync(ScheduleEntry entry, bool overwrite, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (overwrite)
            {
                _entries[entry.Key] = entry;
                return Task.FromResult(true);
            }

            return Task.FromResult(_entries.TryAdd(entry.Key, entry));
        }
    }

    public Task<ScheduleEntry?> FindAsync(string key, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(_entries.GetValueOrDefault(key));
        }
    }

    public Task<IReadOnlyList<ScheduleEntry>> ListAsync(string keyPrefix, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<ScheduleEntry>>(
                [.. _entries.Values.Where(entry => entry.Key.StartsWith(keyPrefix, StringComparison.Ordinal)).OrderBy(entry => entry.Key, StringComparer.Ordinal)]);
        }
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _entries.Remove(key);
            return Task.CompletedTask;
        }
    }

    public Task DeletePrefixAsync(string keyPrefix, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (var key in _entries.Keys.Where(key => key.StartsWith(keyPrefix, StringComparison.Ordinal)).ToList())
            {
                _entries.Remove(key);
            }

            return Task.CompletedTask;
        }
    }

    public Task<IReadOnlyCollection<string>> OwnAsync(IReadOnlyCollection<string> targets, CancellationToken cancellationToken) => Task.FromResult(targets);

    public Task DisownAsync(IReadOnlyCollection<string> targets, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IReadOnlyList<ScheduleEntry>> NextAsync(IReadOnlyCollection<string> targets, int count, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<ScheduleEntry>>(
                [.. _entries.Values.Where(entry => targets.Contains(entry.Target)).OrderBy(entry => entry.Progress.Next).Take(count)]);
        }
    }

    public Task AdvanceAsync(ScheduleEntry entry, ScheduleProgress progress, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (IsCurrent(entry))
            {
                _entries[entry.Key] = entry with { Progress = progress };
            }

            return Task.CompletedTask;
        }
    }

    public Task EndAsync(ScheduleEntry entry, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (IsCurrent(entry))
            {
                _entries.Remove(entry.Key);
            }

            return Task.CompletedTask;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private bool IsCurrent(ScheduleEntry entry) => _entries.TryGetValue(entry.Key, out var current) && current.Revision == entry.Revision;
}
