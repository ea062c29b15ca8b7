using Sidecar.Components;
using Sidecar.Redis;

namespace Sidecar.Locks;

/// <summary>The lock stores that the sidecar implements.</summary>
internal static class LockTypes
{
    public static IReadOnlyList<ComponentType<ILockStore>> All { get; } =
    [
        new("lock.redis", ["v1"], [.. RedisOptions.Fields, new("keyPrefix")], (spec, context) => new RedisLockStore(spec, context)),
    ];
}
