using Sidecar.Components;
using Sidecar.Reloading;

namespace Sidecar.Configuration;

/// <summary>A loaded configuration component.</summary>
internal sealed record LoadedConfigurationStore(ComponentSpec Spec, IConfigurationStore Store)
{
    /// <summary>The calls under way to it.</summary>
    public Usage Usage { get; } = new();
}
