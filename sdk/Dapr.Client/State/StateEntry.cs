using Dapr.Client;

namespace Dapr;

/// <summary>A value of a state store together with the client that read it.</summary>
/// <typeparam name="TValue">The type of the value.</typeparam>
public sealed class StateEntry<TValue>
{
    private readonly DaprClient client;

    /// <summary>Creates the entry; an application calls <see cref="DaprClient.GetStateEntryAsync"/> instead.</summary>
    public StateEntry(DaprClient client, string storeName, string key, TValue value, string etag)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(storeName);
        ArgumentException.ThrowIfNullOrEmpty(key);
        this.client = client;
        StoreName = storeName;
        Key = key;
        Value = value;
        ETag = etag;
    }

    /// <summary>The state store.</summary>
    public string StoreName { get; }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>The value; saved by the methods below.</summary>
    public TValue Value { get; set; }

    /// <summary>The etag the value was read with.</summary>
    public string ETag { get; }

    /// <summary>Deletes the key, whatever its etag is now.</summary>
    public Task DeleteAsync(StateOptions? stateOptions = default, IReadOnlyDictionary<string, string>? metadata = default, CancellationToken cancellationToken = default) =>
        client.DeleteStateAsync(StoreName, Key, stateOptions, metadata, cancellationToken);

    /// <summary>Saves the value, whatever the etag is now.</summary>
    public Task SaveAsync(StateOptions? stateOptions = default, IReadOnlyDictionary<string, string>? metadata = default, CancellationToken cancellationToken = default) =>
        client.SaveStateAsync(StoreName, Key, Value, stateOptions, metadata, cancellationToken);

    /// <summary>Deletes the key if its etag is still <see cref="ETag"/>; false otherwise.</summary>
    public Task<bool> TryDeleteAsync(StateOptions? stateOptions = default, IReadOnlyDictionary<string, string>? metadata = default, CancellationToken cancellationToken = default) =>
        client.TryDeleteStateAsync(StoreName, Key, ETag, stateOptions, metadata, cancellationToken);

    /// <summary>Saves the value if the etag is still <see cref="ETag"/>; false otherwise.</summary>
    public Task<bool> TrySaveAsync(StateOptions? stateOptions = default, IReadOnlyDictionary<string, string>? metadata = default, CancellationToken cancellationToken = default) =>
        client.TrySaveStateAsync(StoreName, Key, Value, ETag, stateOptions, metadata, cancellationToken);
}
