using Sidecar.Components;

namespace Sidecar.Crypto;

/// <summary>The crypto providers that the sidecar implements.</summary>
internal static class CryptoTypes
{
    public static IReadOnlyList<ComponentType<ICryptoProvider>> All { get; } =
    [
        new("crypto.dapr.localstorage", ["v1"], [new("path", Required: true)], (spec, _) => new LocalStorageCryptoProvider(spec)),
    ];
}
