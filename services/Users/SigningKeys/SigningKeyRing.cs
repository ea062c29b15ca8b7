namespace Users.SigningKeys;

/// <summary>
/// The keys of this moment, read again every minute: a key that a rotation adds is published at least that long before it signs.
/// </summary>
internal sealed class SigningKeyRing(SigningKeyTable table, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Freshness = TimeSpan.FromMinutes(1);
    private readonly SemaphoreSlim _loading = new(1);
    private volatile Snapshot? _snapshot;

    /// <summary>All keys whose signatures are still valid.</summary>
    public async Task<IReadOnlyList<SigningKey>> PublishedAsync(CancellationToken ct)
    {
        if (Fresh() is { } fresh)
        {
            return fresh;
        }

        await _loading.WaitAsync(ct);
        try
        {
            if (Fresh() is { } loaded)
            {
                return loaded;
            }

            _snapshot = new Snapshot(await table.LoadOrCreateAsync(ct), time.GetUtcNow());
            return _snapshot.Keys;
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <summary>The key that signs now: the one activated last.</summary>
    public async Task<SigningKey> CurrentAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return (await PublishedAsync(ct)).Last(key => key.ActiveFrom <= now);
    }

    public void Dispose() => _loading.Dispose();

    private IReadOnlyList<SigningKey>? Fresh() => _snapshot is { } snapshot && time.GetUtcNow() - snapshot.LoadedAt < Freshness ? snapshot.Keys : null;

    private sealed record Snapshot(IReadOnlyList<SigningKey> Keys, DateTimeOffset LoadedAt);
}
