namespace Components.Tests;

/// <summary>The YAML of the repository.</summary>
internal static class Repository
{
    public static YamlFile RunFile { get; } = new(Path.Combine(TestServers.RepositoryRoot, "dapr.yaml"));

    public static IReadOnlyList<YamlFile> Resources { get; } =
        [.. Directory.GetFiles(Path.Combine(TestServers.RepositoryRoot, "components")).Order(StringComparer.Ordinal).Select(path => new YamlFile(path))];

    public static IReadOnlyList<string> AppIds { get; } = [.. RunFile.Leaves.Where(leaf => leaf.Path == "apps[].appID").Select(leaf => leaf.Value)];

    public static IEnumerable<YamlFile> OfKind(string kind) => Resources.Where(file => file.Kind == kind);

    public static YamlFile Resource(string name) => Resources.Single(file => file.ResourceName == name);
}
