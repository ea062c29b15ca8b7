namespace Sidecar.Components;

/// <summary>What several sidecars of a run use together, one per name. The first user starts it, the last one ends it.</summary>
internal sealed class SharedInRun<T>
    where T : class, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Those of a run.</summary>
    public static SharedInRun<T> Of(RunScope run) => run.GetOrAdd("", () => new SharedInRun<T>());

    /// <summary>The started one of a name; whatever <paramref name="start"/> throws goes to all who wait for it.</summary>
    public async Task<T> AcquireAsync(string name, Func<Task<T>> start)
    {
        Entry entry;
        lock (_gate)
        {
            if (!_entries.TryGetValue(name, out entry!))
            {
                _entries[name] = entry = new Entry(name, Task.Run(start, CancellationToken.None));
            }

            entry.Users++;
        }

        try
        {
            return await entry.Started;
        }
        catch
        {
            Leave(entry);
            throw;
        }
    }

    /// <summary>Gives one back.</summary>
    public async Task ReleaseAsync(T shared)
    {
        Entry entry;
        lock (_gate)
        {
            entry = _entries.Values.First(one => one.Started is { IsCompletedSuccessfully: true, Result: var started } && started == shared);
        }

        if (Leave(entry))
        {
            await shared.DisposeAsync();
        }
    }

    private bool Leave(Entry entry)
    {
        lock (_gate)
        {
            return --entry.Users == 0 && _entries.Remove(entry.Name);
        }
    }

    private sealed record Entry(string Name, Task<T> Started)
    {
        public int Users { get; set; }
    }
}
