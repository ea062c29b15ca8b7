using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Components;
using Sidecar.Configuration;
using Sidecar.Redis;
using Sidecar.Tests.Redis;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Configuration;

/// <summary>On a server of its own: the tests change a setting of the server and cut its connections.</summary>
public sealed class RedisConfigurationStoreTests : ConfigurationStoreContract
{
    private RedisServer _server = null!;
    private RedisClient _client = null!;

    public override async Task InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _client = new RedisClient(_server.Options, NullLogger.Instance, TimeProvider.System);
        await _client.ConnectAsync(CancellationToken.None);
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Subscribe_ServerAlreadySendsNotifications_KeepsThemOn()
    {
        await _client.ExecuteAsync(RedisCommand.Of("CONFIG", "SET", "notify-keyspace-events", "Elz"), CancellationToken.None);

        await using var subscription = await Store.SubscribeAsync(
            new ConfigurationSubscription(["k"], new Dictionary<string, string>(StringComparer.Ordinal), (_, _) => Task.CompletedTask), CancellationToken.None);

        var flags = (await _client.ExecuteAsync(RedisCommand.Of("CONFIG", "GET", "notify-keyspace-events"), CancellationToken.None)).AsFields()["notify-keyspace-events"].AsText();
        flags.Should().Contain("E").And.Contain("l").And.Contain("z").And.Contain("K").And.Contain("$");
    }

    private protected override IConfigurationStore Create() => new RedisConfigurationStore(
        new ComponentSpec("cfg", "configuration.redis", "v1", new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["redisHost"] = $"127.0.0.1:{_server.Port}", ["redisPassword"] = _server.Options.Password! }, "cfg.yaml"),
        TestContext.Component());

    private protected override async Task SetAsync(string key, string value, string version) =>
        await _client.ExecuteAsync(RedisCommand.Of("SET", key, version.Length > 0 ? $"{value}||{version}" : value), CancellationToken.None);

    private protected override async Task BreakConnectionsAsync() => await _client.ExecuteAsync(RedisCommand.Of("CLIENT", "KILL", "TYPE", "pubsub"), CancellationToken.None);
}
