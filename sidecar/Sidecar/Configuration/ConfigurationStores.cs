using System.Collections.Concurrent;
using System.Diagnostics;
using Sidecar.Reloading;
using Sidecar.Resiliency;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.Configuration;

/// <summary>
/// The configuration stores by name and their subscriptions, for every API that uses them. Calls run under the component's outbound policy.
/// </summary>
internal sealed class ConfigurationStores(IReadOnlyDictionary<string, LoadedConfigurationStore> stores, IResiliency resiliency, ComponentMetrics metrics, Func<Guid> newId)
{
    private const int MaxSubscriptions = 10_000;
    private const string Unsubscribe = "unsubscribe";
    private readonly ConcurrentDictionary<(string Store, string Id), Running> _subscriptions = new();

    /// <summary>Whether there is any store.</summary>
    public bool IsEmpty => stores.Count == 0;

    /// <summary>Whether there is a store of that name.</summary>
    public bool Contains(string store) => stores.ContainsKey(store);

    /// <summary>The items of these keys, or of all.</summary>
    public Task<IReadOnlyDictionary<string, ConfigurationItem>> GetAsync(string store, IReadOnlyList<string> keys, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken) =>
        Run(store, "get", token => stores[store].Store.GetAsync(keys, metadata, token), cancellationToken);

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
        var loaded = stores[store];
        _subscriptions[(store, id)] = new Running(subscription, loaded, await Run(store, "subscribe", token => loaded.Store.SubscribeAsync(subscription, token), cancellationToken));
        return id;
    }

    /// <summary>Ends a subscription; null when it did, else why not.</summary>
    public async Task<string?> UnsubscribeAsync(string store, string id)
    {
        var began = Stopwatch.GetTimestamp();
        if (!_subscriptions.TryRemove((store, id), out var subscription))
        {
            metrics.Configuration(store, Unsubscribe, success: false, began);
            return stores[store].Store.UnknownSubscription(id);
        }

        await subscription.Handle.DisposeAsync();
        metrics.Configuration(store, Unsubscribe, success: true, began);
        return null;
    }

    /// <summary>Ends every subscription.</summary>
    public async Task UnsubscribeAllAsync()
    {
        foreach (var key in _subscriptions.Keys)
        {
            if (_subscriptions.TryRemove(key, out var subscription))
            {
                await subscription.Handle.DisposeAsync();
            }
        }
    }

    /// <summary>Prepares the subscriptions for other stores: those of a store that is exchanged move to the new one under their ids, those of one that goes end.</summary>
    public async Task<ReloadStep> PrepareAsync(IReadOnlyDictionary<string, LoadedConfigurationStore> next, CancellationToken cancellationToken)
    {
        var moved = new Dictionary<(string Store, string Id), Running>();
        var gone = _subscriptions.Where(entry => !next.Values.Contains(entry.Value.Store)).ToList();
        try
        {
            foreach (var (key, running) in gone)
            {
                if (next.TryGetValue(key.Store, out var store))
                {
                    moved[key] = new Running(running.Subscription, store, await store.Store.SubscribeAsync(running.Subscription, cancellationToken));
                }
            }
        }
        catch
        {
            await DisposeAsync(moved.Values);
            throw;
        }

        return new ReloadStep(() => Exchange(gone.Select(entry => entry.Key), moved), () => DisposeAsync(moved.Values), _ => DisposeAsync(gone.Select(entry => entry.Value)));
    }

    private static async Task DisposeAsync(IEnumerable<Running> subscriptions)
    {
        foreach (var running in subscriptions)
        {
            await running.Handle.DisposeAsync();
        }
    }

    private void Exchange(IEnumerable<(string Store, string Id)> gone, Dictionary<(string Store, string Id), Running> moved)
    {
        foreach (var key in gone)
        {
            _subscriptions.TryRemove(key, out _);
        }

        foreach (var (key, running) in moved)
        {
            _subscriptions[key] = running;
        }
    }

    private async Task<T> Run<T>(string store, string operation, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var succeeded = false;
        try
        {
            var result = await stores[store].Usage.Track(resiliency.ForComponentOutbound(store).ExecuteAsync(call, _ => AttemptOutcome.Success, cancellationToken));
            succeeded = true;
            return result;
        }
        finally
        {
            metrics.Configuration(store, operation, succeeded, began);
        }
    }

    private sealed record Running(ConfigurationSubscription Subscription, LoadedConfigurationStore Store, IAsyncDisposable Handle);
}
