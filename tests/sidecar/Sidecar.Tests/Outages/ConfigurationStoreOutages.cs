using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Components;
using Sidecar.Configuration;
using Sidecar.Redis;
using Sidecar.Tests.Redis;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Outages;

/// <summary>Configuration stores: a subscription goes on after the outage, and tells what has changed.</summary>
public abstract class ConfigurationStoreOutage : OutageContract
{
    private const string Key = "key";
    private static readonly Dictionary<string, string> NoMetadata = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _told = new();
    private IConfigurationStore _store = null!;
    private IAsyncDisposable _subscription = null!;

    private protected override string? Problem => _store.Problem;

    public override async Task InitializeAsync()
    {
        _store = await CreateAsync();
        await _store.StartAsync(CancellationToken.None);
        _subscription = await _store.SubscribeAsync(new ConfigurationSubscription([Key], NoMetadata, TellAsync), CancellationToken.None);
    }

    public override async Task DisposeAsync()
    {
        await _subscription.DisposeAsync();
        await _store.DisposeAsync();
        await Server.DisposeAsync();
    }

    private protected abstract Task<IConfigurationStore> CreateAsync();

    private protected abstract Task SetAsync(string key, string value);

    private protected override async Task UseAsync(string value)
    {
        await _store.GetAsync([Key], NoMetadata, CancellationToken.None);
        await SetAsync(Key, value);
        await Eventually.TrueAsync(() => HasAsync(value), "the change is told");
    }

    private protected override Task<bool> HasAsync(string value) => Task.FromResult(_told.Contains(value, StringComparer.Ordinal));

    private Task TellAsync(IReadOnlyDictionary<string, ConfigurationItem> items, CancellationToken cancellationToken)
    {
        foreach (var item in items.Values)
        {
            _told.Enqueue(item.Value ?? "");
        }

        return Task.CompletedTask;
    }
}

public sealed class RedisConfigurationStoreOutageTests : ConfigurationStoreOutage
{
    private RedisServer _server = null!;

    private protected override IRestartableServer Server => _server;

    private protected override async Task<IConfigurationStore> CreateAsync()
    {
        _server = await RedisServer.StartAsync();
        return new RedisConfigurationStore(_server.Component("configuration.redis"), TestContext.Component());
    }

    private protected override async Task SetAsync(string key, string value)
    {
        await using var client = new RedisClient(_server.Options, NullLogger.Instance, TimeProvider.System);
        await client.ConnectAsync(CancellationToken.None);
        await client.ExecuteAsync(RedisCommand.Of("SET", key, value), CancellationToken.None);
    }
}

public sealed class PostgreSqlConfigurationStoreOutageTests : ConfigurationStoreOutage
{
    private PostgresServer _server = null!;

    private protected override IRestartableServer Server => _server;

    private protected override async Task<IConfigurationStore> CreateAsync()
    {
        _server = await PostgresServer.StartAsync();
        await _server.ExecuteAsync("""
            CREATE TABLE settings (key text, value text, version text, metadata json);
            CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN PERFORM pg_notify('changed', json_build_object('table', TG_TABLE_NAME, 'action', TG_OP, 'data', row_to_json(NEW))::text); RETURN NEW; END $$;
            CREATE TRIGGER changes AFTER INSERT OR UPDATE ON settings FOR EACH ROW EXECUTE FUNCTION tell();
            """);
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["connectionString"] = _server.KeyValueConnectionString, ["table"] = "settings", ["notifyChannel"] = "changed" };
        return new PostgreSqlConfigurationStore(new ComponentSpec("cfg", "configuration.postgresql", "v1", fields, "cfg.yaml"), TestContext.Component());
    }

    private protected override Task SetAsync(string key, string value) => _server.ExecuteAsync($"DELETE FROM settings WHERE key = '{key}'; INSERT INTO settings VALUES ('{key}', '{value}', '1')");
}
