using Sidecar.Components;
using Sidecar.Outbox;
using Sidecar.Redis;
using Sidecar.State.PostgreSql;

namespace Sidecar.State;

/// <summary>The state components that the sidecar implements.</summary>
internal static class StateStoreTypes
{
    private static readonly MetadataField[] Common =
    [
        new("keyPrefix"),
        new("actorStateStore"),
        .. StateEncryption.Fields,
        .. OutboxOptions.Fields,
    ];

    public static IReadOnlyList<ComponentType<IStateStore>> All { get; } =
    [
        new("state.in-memory", ["v1"], Common, (spec, context) => new InMemoryStateStore(spec, context)),
        new(
            "state.redis",
            ["v1"],
            [.. Common, .. RedisOptions.Fields, new("ttlInSeconds"), new("queryIndexes", FieldSupport.Unsupported, Note: "the query API needs the Redis JSON module")],
            (spec, context) => new RedisStateStore(spec, context)),
        new(
            "state.postgresql",
            ["v1", "v2"],
            [
                .. Common,
                .. PostgreSqlConnectionString.Fields,
                new("tableName"),
                new("tablePrefix"),
                new("metadataTableName"),
                new("timeout") { Aliases = ["timeoutInSeconds"] },
                new("cleanupInterval") { Aliases = ["cleanupIntervalInSeconds"] },
            ],
            (spec, context) => new PostgreSqlStateStore(spec, context)),
    ];
}
