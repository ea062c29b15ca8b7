namespace Sidecar.Metadata;

/// <summary>A loaded component as <c>/v1.0/metadata</c> lists it.</summary>
/// <param name="Name">The component's name.</param>
/// <param name="Type">Dapr's type name.</param>
/// <param name="Version">The version of the type.</param>
/// <param name="Capabilities">Dapr's words, e.g. <c>ETAG</c>, <c>TRANSACTIONAL</c>; empty when there are none.</param>
internal sealed record LoadedComponent(string Name, string Type, string Version, IReadOnlyList<string> Capabilities);
