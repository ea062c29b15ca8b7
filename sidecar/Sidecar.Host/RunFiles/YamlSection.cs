using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Sidecar.Host.RunFiles;

/// <summary>
/// A mapping of a run file with typed access; what does not fit becomes a problem with file, line and field. As in the Dapr CLI an
/// empty value (0, false, nothing) counts as not given.
/// </summary>
internal sealed class YamlSection(string file, string path, YamlMappingNode node, List<Problem> problems)
{
    /// <summary>The keys in the order of the file.</summary>
    public IEnumerable<string> Keys => node.Children.Keys.Select(key => key is YamlScalarNode name ? name.Value ?? "" : "a key that is no text");

    /// <summary>The place of the whole section.</summary>
    public string Place => $"{file}:{node.Start.Line}: {path}";

    /// <summary>The place of a key, for messages.</summary>
    public string PlaceOf(string key) => $"{file}:{Find(key)?.Start.Line ?? node.Start.Line}: {(path.Length == 0 ? key : $"{path}.{key}")}";

    /// <summary>Notes a problem with a key.</summary>
    public void Refuse(string key, string what, string remedy) => problems.Add(new Problem(PlaceOf(key), what, remedy));

    /// <summary>A text, or null.</summary>
    public string? Text(string key)
    {
        switch (Find(key))
        {
            case null:
                return null;
            case YamlScalarNode { Value: var value }:
                return string.IsNullOrWhiteSpace(value) ? null : value;
            default:
                Refuse(key, "is not a text", "write one value");
                return null;
        }
    }

    /// <summary>A number within its range, or null.</summary>
    public int? Number(string key, int lowest, int highest)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && (value == 0 || (value >= lowest && value <= highest)))
        {
            return value == 0 ? null : value;
        }

        Refuse(key, $"'{text}' is not a number from {lowest} to {highest}", "correct it or leave the key out");
        return null;
    }

    /// <summary>A port, or null. A negative one means, as in the CLI, any free port.</summary>
    public int? Port(string key) => Number(key, -1, 65535) is { } port and > 0 ? port : null;

    /// <summary>True, or null when false or not given.</summary>
    public bool? Flag(string key)
    {
        switch (Text(key)?.ToLowerInvariant())
        {
            case null or "false":
                return null;
            case "true":
                return true;
            default:
                Refuse(key, $"'{Text(key)}' is not a truth value", "write true or false");
                return null;
        }
    }

    /// <summary>A list of texts, or null when empty or not given.</summary>
    public IReadOnlyList<string>? List(string key)
    {
        switch (Find(key))
        {
            case null or YamlScalarNode { Value: null or "" }:
                return null;
            case YamlSequenceNode list when list.Children.All(item => item is YamlScalarNode):
                return list.Children.Count == 0 ? null : [.. list.Children.Select(item => ((YamlScalarNode)item).Value ?? "")];
            default:
                Refuse(key, "is not a list of texts", "write a YAML list, e.g. [\"dotnet\", \"App.dll\"]");
                return null;
        }
    }

    /// <summary>A mapping of texts, or null when empty or not given.</summary>
    public IReadOnlyDictionary<string, string>? Map(string key)
    {
        switch (Find(key))
        {
            case null or YamlScalarNode { Value: null or "" }:
                return null;
            case YamlMappingNode map when map.Children.All(pair => pair is { Key: YamlScalarNode, Value: YamlScalarNode }):
                return map.Children.ToDictionary(pair => ((YamlScalarNode)pair.Key).Value ?? "", pair => ((YamlScalarNode)pair.Value).Value ?? "", StringComparer.Ordinal);
            default:
                Refuse(key, "is not a mapping of names to texts", "write NAME: value lines");
                return null;
        }
    }

    /// <summary>All keys with their texts; what is no text becomes a problem.</summary>
    public IReadOnlyDictionary<string, string> Texts() => Keys.Distinct(StringComparer.Ordinal).ToDictionary(key => key, key => Text(key) ?? "", StringComparer.Ordinal);

    /// <summary>A section below, or null.</summary>
    public YamlSection? Section(string key)
    {
        switch (Find(key))
        {
            case null or YamlScalarNode { Value: null or "" }:
                return null;
            case YamlMappingNode map:
                return new YamlSection(file, path.Length == 0 ? key : $"{path}.{key}", map, problems);
            default:
                Refuse(key, "is not a mapping", "write the keys below it, indented");
                return null;
        }
    }

    /// <summary>The sections of a list.</summary>
    public IReadOnlyList<YamlSection> Sections(string key)
    {
        if (Find(key) is not YamlSequenceNode list)
        {
            return [];
        }

        var place = path.Length == 0 ? key : $"{path}.{key}";
        var sections = new List<YamlSection>();
        foreach (var (index, item) in list.Children.Index())
        {
            if (item is YamlMappingNode map)
            {
                sections.Add(new YamlSection(file, $"{place}[{index}]", map, problems));
            }
            else
            {
                problems.Add(new Problem($"{file}:{item.Start.Line}: {place}[{index}]", "is not a mapping", "write its keys and values"));
            }
        }

        return sections;
    }

    private YamlNode? Find(string key) => node.Children.FirstOrDefault(pair => pair.Key is YamlScalarNode { Value: var name } && name == key).Value;
}
