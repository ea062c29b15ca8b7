using Sidecar.Locks;
using Sidecar.Tests.Redis;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Outages;

/// <summary>A lock that was given is held after the outage.</summary>
public sealed class RedisLockStoreOutageTests : OutageContract
{
    private RedisServer _server = null!;
    private RedisLockStore _store = null!;

    private protected override string? Problem => _store.Problem;

    private protected override IRestartableServer Server => _server;

    public override async Task InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _store = new RedisLockStore(_server.Component("lock.redis"), TestContext.Component());
        await _store.StartAsync(CancellationToken.None);
    }

    public override async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _server.DisposeAsync();
    }

    private protected override async Task UseAsync(string value) => (await TryLockAsync(value, "me")).Should().BeTrue();

    private protected override async Task<bool> HasAsync(string value) => !await TryLockAsync(value, "you");

    private Task<bool> TryLockAsync(string key, string owner) => _store.TryLockAsync(key, owner, TimeSpan.FromMinutes(10), CancellationToken.None);
}
