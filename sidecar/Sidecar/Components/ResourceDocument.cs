using YamlDotNet.RepresentationModel;

namespace Sidecar.Components;

/// <summary>One YAML document of a resources folder with its place, for messages.</summary>
/// <param name="Kind">The kind, e.g. <c>Component</c>.</param>
/// <param name="ApiVersion">E.g. <c>dapr.io/v1alpha1</c>.</param>
/// <param name="Name">The name of <c>metadata.name</c>.</param>
/// <param name="Scopes">The app ids that see it; empty = all.</param>
/// <param name="Root">The document.</param>
/// <param name="File">The file it came from.</param>
internal sealed record ResourceDocument(string Kind, string ApiVersion, string Name, IReadOnlyList<string> Scopes, YamlMappingNode Root, string File);
