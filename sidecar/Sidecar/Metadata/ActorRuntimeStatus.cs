namespace Sidecar.Metadata;

/// <summary>The actors of a sidecar as <c>/v1.0/metadata</c> shows them.</summary>
/// <param name="Enabled">False without placement.</param>
/// <param name="HostReady">Whether the app's actor types are known and can be called.</param>
/// <param name="Types">The hosted types with their active actors.</param>
internal sealed record ActorRuntimeStatus(bool Enabled, bool HostReady, IReadOnlyList<KeyValuePair<string, int>> Types);
