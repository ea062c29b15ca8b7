namespace Sidecar.Schedules;

/// <summary>
/// Keeps schedules. A change is durable when the call returns, as far as the store is. Changes of an entry's progress name its revision and
/// do nothing when it is another by now.
/// </summary>
internal interface IScheduleStore : IAsyncDisposable
{
    /// <summary>False when schedules end with the process.</summary>
    bool IsDurable { get; }

    /// <summary>How often ownership must be renewed; null when it holds by itself.</summary>
    TimeSpan? RenewalInterval => null;

    /// <summary>Connects and prepares the store. Throws <see cref="Components.ComponentException"/>.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Adds or replaces a schedule; false when it exists and must not be replaced.</summary>
    Task<bool> PutAsync(ScheduleEntry entry, bool overwrite, CancellationToken cancellationToken);

    Task<ScheduleEntry?> FindAsync(string key, CancellationToken cancellationToken);

    /// <summary>All schedules whose key begins so, by key.</summary>
    Task<IReadOnlyList<ScheduleEntry>> ListAsync(string keyPrefix, CancellationToken cancellationToken);

    Task DeleteAsync(string key, CancellationToken cancellationToken);

    Task DeletePrefixAsync(string keyPrefix, CancellationToken cancellationToken);

    /// <summary>Of these targets those whose schedules belong to this process; takes what has no owner. Another process takes over when this one dies.</summary>
    Task<IReadOnlyCollection<string>> OwnAsync(IReadOnlyCollection<string> targets, CancellationToken cancellationToken);

    /// <summary>Gives targets back.</summary>
    Task DisownAsync(IReadOnlyCollection<string> targets, CancellationToken cancellationToken);

    /// <summary>The schedules of these targets that are due first, the earliest first.</summary>
    Task<IReadOnlyList<ScheduleEntry>> NextAsync(IReadOnlyCollection<string> targets, int count, CancellationToken cancellationToken);

    Task AdvanceAsync(ScheduleEntry entry, ScheduleProgress progress, CancellationToken cancellationToken);

    /// <summary>The schedule has no further occurrence.</summary>
    Task EndAsync(ScheduleEntry entry, CancellationToken cancellationToken);
}
