using Sidecar.Components;
using Sidecar.Redis;
using Sidecar.State.PostgreSql;

namespace Sidecar.Configuration;

/// <summary>The configuration stores that the sidecar implements.</summary>
internal static class ConfigurationTypes
{
    public static IReadOnlyList<ComponentType<IConfigurationStore>> All { get; } =
    [
        new("configuration.redis", ["v1"], [.. RedisOptions.Fields], (spec, context) => new RedisConfigurationStore(spec, context)),
        new(
            "configuration.postgresql",
            ["v1"],
            [
                .. PostgreSqlConnectionString.Fields,
                new("table", Required: true),
                new("notifyChannel") { Aliases = ["pgNotifyChannel"] },
                new("timeout") { Aliases = ["timeoutInSeconds"] },
                new("connMaxIdleTime", FieldSupport.WithoutMeaning, Note: "use connectionMaxIdleTime"),
            ],
            (spec, context) => new PostgreSqlConfigurationStore(spec, context)),
    ];
}
