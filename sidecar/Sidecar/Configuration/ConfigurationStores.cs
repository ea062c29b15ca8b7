using System.Collections.Concurrent;
using Sidecar.Resiliency;

namespace Sidecar.Configuration;

/// <summary>
/// The configuration stores by name and their subscriptions, for every API that uses them. Calls run under the component's outbound policy.
/// </summary>
internal sealed class ConfigurationStores(IReadOnlyDictionary<string, IConfigurationStore> stores, IResiliency resiliency, Func<Guid> newId) : IAsyncDisposable
{
    private const int MaxSubscriptions = 10_000;
    private readonly ConcurrentDictionary<(string Store, string Id), IAsyncDisposable> _subscriptions = new();

    /// <summary>Whether there is any store.</summary>
    public bool IsEmpty => stores.Count == 0;

    /// <summary>Whether there is a store of that name.</summary>
    public bool Contains(string store) => stores.ContainsKey(store);

    /// <summary>The items of these keys, or of all.</summary>
    public Task<IReadOnlyDictionary<string, ConfigurationItem>> GetAsync(string store, IReadOnlyList<string> keys, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken) =>
        Run(store, token => stores[store].GetAsync(keys, metadata, token), cancellationToken);

    /// <summary>Subscribes; <paramref name="handler"/> gets the new subscription's id with each change. Returns the id.</summary>
    public async Task<string> SubscribeAsync(
        string store,
        IReadOnlyList<string> keys,
        IReadOnlyDictionary<string, string> metadata,
        Func<string, IReadOnlyDictionary<string, ConfigurationItem>, CancellationToken, Task> handler,
        CancellationToken cancellationToken)
    {
        if (_subscriptions.Count >= MaxSubscriptions)
        {
            throw new InvalidOperationException($"there are {MaxSubscriptions} subscriptions already; end some of them");
        }

        var id = newId().ToString();
        var subscription = new ConfigurationSubscription(keys, metadata, (items, token) => handler(id, items, token));
        _subscriptions[(store, id)] = await Run(store, token => stores[store].SubscribeAsync(subscription, token), cancellationToken);
        return id;
    }

    /// <summary>Ends a subscription; null when it did, else why not.</summary>
    public async Task<string?> UnsubscribeAsync(string store, string id)
    {
        if (!_subscriptions.TryRemove((store, id), out var subscription))
        {
            return stores[store].UnknownSubscription(id);
        }

        await subscription.DisposeAsync();
        return null;
    }

    /// <summary>Ends every subscription.</summary>
    public async Task UnsubscribeAllAsync()
    {
        foreach (var key in _subscriptions.Keys)
        {
            if (_subscriptions.TryRemove(key, out var subscription))
            {
                await subscription.DisposeAsync();
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await UnsubscribeAllAsync();
        foreach (var store in stores.Values)
        {
            await store.DisposeAsync();
        }
    }

    private Task<T> Run<T>(string store, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        resiliency.ForComponentOutbound(store).ExecuteAsync(call, _ => AttemptOutcome.Success, cancellationToken);
}
