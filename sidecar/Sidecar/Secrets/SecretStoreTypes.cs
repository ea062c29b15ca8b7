using Sidecar.Components;

namespace Sidecar.Secrets;

/// <summary>The secret stores that the sidecar implements.</summary>
internal static class SecretStoreTypes
{
    /// <summary>The types; a store reads the environment that the options give, so the factory takes it.</summary>
    public static IReadOnlyList<ComponentType<ISecretStore>> All { get; } =
    [
        new("secretstores.local.env", ["v1"], [new MetadataField("prefix")], (spec, context) => new EnvironmentSecretStore(spec, context.Environment)),
        new(
            "secretstores.local.file",
            ["v1"],
            [new MetadataField("secretsFile", Required: true), new MetadataField("nestedSeparator"), new MetadataField("multiValued")],
            (spec, _) => new FileSecretStore(spec)),
    ];
}
