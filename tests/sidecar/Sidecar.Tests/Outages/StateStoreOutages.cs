using Sidecar.Components;
using Sidecar.State;
using Sidecar.State.PostgreSql;
using Sidecar.Tests.Redis;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Outages;

/// <summary>State stores: a saved value is there after the outage.</summary>
public abstract class StateStoreOutage : OutageContract
{
    private IStateStore _store = null!;

    private protected override string? Problem => _store.Problem;

    public override async Task InitializeAsync()
    {
        _store = await CreateAsync();
        await _store.StartAsync(CancellationToken.None);
    }

    public override async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await Server.DisposeAsync();
    }

    private protected abstract Task<IStateStore> CreateAsync();

    private protected override async Task UseAsync(string value) =>
        (await _store.ApplyAsync(new SetOperation(value, "1"u8.ToArray(), Binary: false, null, "", "", new Dictionary<string, string>(StringComparer.Ordinal)), CancellationToken.None)).Should().BeNull();

    private protected override async Task<bool> HasAsync(string value) => await _store.GetAsync(value, CancellationToken.None) is not null;
}

public sealed class RedisStateStoreOutageTests : StateStoreOutage
{
    private RedisServer _server = null!;

    private protected override IRestartableServer Server => _server;

    private protected override async Task<IStateStore> CreateAsync()
    {
        _server = await RedisServer.StartAsync();
        return new RedisStateStore(_server.Component("state.redis"), TestContext.Component());
    }
}

public sealed class PostgreSqlStateStoreOutageTests : StateStoreOutage
{
    private PostgresServer _server = null!;

    private protected override IRestartableServer Server => _server;

    private protected override async Task<IStateStore> CreateAsync()
    {
        _server = await PostgresServer.StartAsync();
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["connectionString"] = _server.KeyValueConnectionString };
        return new PostgreSqlStateStore(new ComponentSpec("store", "state.postgresql", "v2", fields, "store.yaml"), TestContext.Component());
    }
}
