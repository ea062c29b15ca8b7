using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sidecar.Components;
using Sidecar.Redis;

namespace Sidecar.Configuration;

/// <summary><c>configuration.redis</c>: plain keys whose value may carry a version (<c>value||version</c>); changes come from the server's keyspace notifications.</summary>
internal sealed class RedisConfigurationStore(ComponentSpec spec, ComponentContext context) : IConfigurationStore
{
    private const string Separator = "||";
    private readonly RedisOptions _options = RedisOptions.From(spec);
    private readonly ILogger _logger = context.Loggers.CreateLogger("Sidecar.Configuration.Redis");
    private readonly RedisClient _client = new(RedisOptions.From(spec), context.Loggers.CreateLogger("Sidecar.Configuration.Redis"), context.Time);
    private readonly ConcurrentDictionary<Subscription, bool> _subscriptions = new();
    private readonly SemaphoreSlim _starting = new(1);
    private RedisKeyspace? _keyspace;

    /// <inheritdoc />
    public string? Problem => _client.Problem;

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => _client.StartAsync(spec, "redis store: ", cancellationToken);

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<string, ConfigurationItem>> GetAsync(IReadOnlyList<string> keys, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
        {
            var all = await _client.ExecuteAsync(RedisCommand.Of("KEYS", "*"), cancellationToken);
            keys = [.. all.Items.Select(item => item.AsText()!)];
        }

        var items = new Dictionary<string, ConfigurationItem>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            if (await ReadAsync(key, cancellationToken) is { Value: not null } item)
            {
                items[key] = item;
            }
        }

        return items;
    }

    /// <inheritdoc />
    public async Task<IAsyncDisposable> SubscribeAsync(ConfigurationSubscription subscription, CancellationToken cancellationToken)
    {
        await ListenAsync(cancellationToken);
        var running = new Subscription(this, subscription);
        _subscriptions[running] = true;
        try
        {
            await (subscription.Keys.Count == 0 ? _keyspace!.SubscribeAsync(null, cancellationToken) : Task.WhenAll(subscription.Keys.Select(key => _keyspace!.SubscribeAsync(key, cancellationToken))));
        }
        catch
        {
            await running.DisposeAsync();
            throw;
        }

        return running;
    }

    /// <inheritdoc />
    public string UnknownSubscription(string id) => $"subscription with id {id} does not exist";

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_keyspace is not null)
        {
            await _keyspace.DisposeAsync();
        }

        foreach (var subscription in _subscriptions.Keys)
        {
            await subscription.DisposeAsync();
        }

        await _client.DisposeAsync();
        _starting.Dispose();
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            if (_keyspace is null)
            {
                var keyspace = new RedisKeyspace(_client, _options, _logger, context.Time, OnChange, OnMissed);
                await keyspace.StartAsync(cancellationToken);
                _keyspace = keyspace;
            }
        }
        finally
        {
            _starting.Release();
        }
    }

    private void OnChange(string key, bool ofAll)
    {
        foreach (var subscription in _subscriptions.Keys.Where(subscription => ofAll ? subscription.Wanted.Keys.Count == 0 : subscription.Wanted.Keys.Contains(key, StringComparer.Ordinal)))
        {
            subscription.Queue.Add(key);
        }
    }

    private void OnMissed()
    {
        foreach (var subscription in _subscriptions.Keys)
        {
            subscription.Queue.AddAll();
        }
    }

    // A key of another type or without a value is no configuration.
    private async Task<ConfigurationItem?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await _client.ExecuteAsync(RedisCommand.Of("GET", key), cancellationToken);
            if (reply.AsText() is not { } text)
            {
                return null;
            }

            var parts = text.Split(Separator);
            return ConfigurationItem.Of(parts[0], parts.Length > 1 ? parts[1] : "");
        }
        catch (RedisServerException exception) when (exception.Code == "WRONGTYPE")
        {
            return null;
        }
    }

    private async Task TellAsync(ConfigurationSubscription wanted, string? key, CancellationToken cancellationToken)
    {
        if (key is not null)
        {
            var item = await ReadAsync(key, cancellationToken) is { Value: not null } found ? found : ConfigurationItem.Deleted;
            await wanted.Handler(new Dictionary<string, ConfigurationItem>(StringComparer.Ordinal) { [key] = item }, cancellationToken);
            return;
        }

        var items = await GetAsync(wanted.Keys, wanted.Metadata, cancellationToken);
        foreach (var name in wanted.Keys.Count == 0 ? items.Keys : wanted.Keys)
        {
            await wanted.Handler(new Dictionary<string, ConfigurationItem>(StringComparer.Ordinal) { [name] = items.GetValueOrDefault(name) ?? ConfigurationItem.Deleted }, cancellationToken);
        }
    }

    private sealed class Subscription : IAsyncDisposable
    {
        private readonly RedisConfigurationStore _store;

        public Subscription(RedisConfigurationStore store, ConfigurationSubscription wanted)
        {
            _store = store;
            Wanted = wanted;
            Queue = new ChangeQueue((key, token) => store.TellAsync(wanted, key, token), store._logger, store.Time);
        }

        public ConfigurationSubscription Wanted { get; }

        public ChangeQueue Queue { get; }

        public async ValueTask DisposeAsync()
        {
            if (_store._subscriptions.TryRemove(this, out _))
            {
                await Queue.DisposeAsync();
            }
        }
    }

    private TimeProvider Time => context.Time;
}
