using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sidecar.Components;

/// <summary>Short ways to read YAML nodes that a schema has already accepted.</summary>
internal static class YamlReading
{
    /// <summary>Reads a file; throws <see cref="YamlException"/> whatever is wrong with it, where the library throws others, too.</summary>
    public static YamlStream Load(TextReader text)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new ShallowYaml(new Parser(text)));
            return yaml;
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            throw new YamlException(exception.Message, exception);
        }
    }

    /// <summary>The node below a path of keys, or null.</summary>
    public static YamlNode? At(this YamlNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var key in path)
        {
            node = node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null;
        }

        return node;
    }

    /// <summary>The text below a path; null when absent or empty.</summary>
    public static string? TextAt(this YamlNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is YamlScalarNode { Value.Length: > 0 } scalar && !scalar.IsNull() ? scalar.Value : null;

    /// <summary>The items of a list below a path.</summary>
    public static IEnumerable<YamlNode> ListAt(this YamlNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is YamlSequenceNode list ? list.Children : [];

    /// <summary>The texts of a list below a path.</summary>
    public static IReadOnlyList<string> TextsAt(this YamlNode? node, params ReadOnlySpan<string> path) =>
        [.. node.ListAt(path).OfType<YamlScalarNode>().Select(item => item.Value ?? "")];

    /// <summary>The entries of a mapping below a path.</summary>
    public static IEnumerable<KeyValuePair<string, YamlNode>> EntriesAt(this YamlNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is YamlMappingNode map ? map.Children.Select(pair => KeyValuePair.Create(pair.Key.ToString(), pair.Value)) : [];

    /// <summary>A scalar as Dapr takes it for metadata: text, number or boolean as written; null for the YAML null.</summary>
    public static string? AsValue(this YamlNode? node) => node switch
    {
        YamlScalarNode scalar => scalar.IsNull() ? null : scalar.Value,
        null => null,
        _ => node.ToString(),
    };

    private static bool IsNull(this YamlScalarNode scalar) =>
        scalar.Style is YamlDotNet.Core.ScalarStyle.Plain && scalar.Value is null or "~" or "null";
}
