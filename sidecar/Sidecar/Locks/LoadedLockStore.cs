using Sidecar.Components;
using Sidecar.Reloading;

namespace Sidecar.Locks;

/// <summary>A loaded lock component.</summary>
internal sealed record LoadedLockStore(ComponentSpec Spec, ILockStore Store)
{
    /// <summary>The calls under way to it.</summary>
    public Usage Usage { get; } = new();
}
