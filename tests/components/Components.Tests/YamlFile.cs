using YamlDotNet.RepresentationModel;

namespace Components.Tests;

/// <summary>One YAML file of the repository, flattened to paths such as <c>spec.metadata[].name</c>.</summary>
internal sealed class YamlFile
{
    public YamlFile(string path)
    {
        Path = path;
        Text = File.ReadAllText(path);
        var stream = new YamlStream();
        stream.Load(new StringReader(Text));
        Documents = stream.Documents.Count;
        Root = (YamlMappingNode)stream.Documents[0].RootNode;
    }

    public string Path { get; }

    public string Name => System.IO.Path.GetFileName(Path);

    public string Text { get; }

    public int Documents { get; }

    public YamlMappingNode Root { get; }

    public string Kind => Value("kind");

    public string ResourceName => Value("metadata.name");

    public IReadOnlyList<string> Scopes => [.. Leaves.Where(leaf => leaf.Path == "scopes[]").Select(leaf => leaf.Value)];

    /// <summary>Every scalar with its path.</summary>
    public IReadOnlyList<(string Path, string Value)> Leaves => [.. Flatten(Root, "")];

    /// <summary>The value at a path; empty when there is none.</summary>
    public string Value(string path) => Leaves.FirstOrDefault(leaf => leaf.Path == path).Value ?? "";

    /// <summary>The names of the keys below a path.</summary>
    public IReadOnlyList<string> KeysAt(string path)
    {
        YamlNode? node = Root;
        foreach (var part in path.Split('.'))
        {
            node = node is YamlMappingNode map ? map.Children.FirstOrDefault(pair => ((YamlScalarNode)pair.Key).Value == part).Value : null;
        }

        return node is YamlMappingNode found ? [.. found.Children.Keys.Select(key => ((YamlScalarNode)key).Value!)] : [];
    }

    public override string ToString() => Name;

    private static IEnumerable<(string Path, string Value)> Flatten(YamlNode node, string path) => node switch
    {
        YamlMappingNode map => map.Children.SelectMany(pair => Flatten(pair.Value, path.Length == 0 ? ((YamlScalarNode)pair.Key).Value! : $"{path}.{((YamlScalarNode)pair.Key).Value}")),
        YamlSequenceNode { Children.Count: 0 } => [],
        YamlSequenceNode list => list.Children.SelectMany(item => Flatten(item, path + "[]")),
        YamlScalarNode scalar => [(path, scalar.Value ?? "")],
        _ => throw new InvalidOperationException($"Unexpected YAML at {path}."),
    };
}
