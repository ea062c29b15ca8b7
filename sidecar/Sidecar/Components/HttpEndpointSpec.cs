namespace Sidecar.Components;

/// <summary>An external HTTP endpoint that can be invoked by name.</summary>
/// <param name="Name">The name, used as an app id.</param>
/// <param name="BaseUrl">Where requests go.</param>
/// <param name="Headers">Headers added to each request.</param>
/// <param name="File">The file it came from.</param>
internal sealed record HttpEndpointSpec(string Name, Uri BaseUrl, IReadOnlyDictionary<string, string> Headers, string File);
