using Sidecar.Components;
using Sidecar.Reloading;

namespace Sidecar.Crypto;

/// <summary>A loaded crypto component.</summary>
internal sealed record LoadedCryptoProvider(ComponentSpec Spec, ICryptoProvider Provider)
{
    /// <summary>The calls under way to it.</summary>
    public Usage Usage { get; } = new();
}
