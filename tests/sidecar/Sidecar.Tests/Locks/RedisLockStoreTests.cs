using Sidecar.Components;
using Sidecar.Locks;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Locks;

public sealed class RedisLockStoreTests : LockStoreContract
{
    private protected override ILockStore Create() => new RedisLockStore(
        new ComponentSpec("lock", "lock.redis", "v1", new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["redisHost"] = TestServers.RedisHost, ["redisPassword"] = TestServers.RedisPassword }, "lock.yaml"),
        TestContext.Component());
}
