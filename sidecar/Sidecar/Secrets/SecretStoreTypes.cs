using Sidecar.Components;

namespace Sidecar.Secrets;

/// <summary>The secret stores that the sidecar implements.</summary>
internal static class SecretStoreTypes
{
    public static IReadOnlyList<ComponentType<ISecretStore>> All { get; } =
    [
    ];
}
