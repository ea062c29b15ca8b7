using YamlDotNet.RepresentationModel;

namespace Sidecar.Components;

/// <summary>
/// What a YAML node may be: data about the keys Dapr knows, with what the embedded sidecar does with each. Built by the static
/// members, e.g. <c>Map(("name", Text().Required()), ("mtls", Anything().WithoutMeaning("...")))</c>.
/// </summary>
internal sealed record SchemaNode
{
    private enum Shape
    {
        Anything,
        Text,
        Map,
        Dictionary,
        List,
    }

    private Shape Form { get; init; }

    private IReadOnlyDictionary<string, SchemaNode> Keys { get; init; } = new Dictionary<string, SchemaNode>(StringComparer.Ordinal);

    private SchemaNode? Element { get; init; }

    private IReadOnlyList<string> Values { get; init; } = [];

    private Func<string, string?>? Check { get; init; }

    private bool IsRequired { get; init; }

    private FieldSupport Support { get; init; }

    private string? Note { get; init; }

    /// <summary>Any node.</summary>
    public static SchemaNode Anything() => new();

    /// <summary>A scalar; with values, one of them (compared without case).</summary>
    public static SchemaNode Text(params string[] values) => new() { Form = Shape.Text, Values = values };

    /// <summary>A scalar that a function accepts (null) or refuses (what is accepted).</summary>
    public static SchemaNode Text(Func<string, string?> check) => new() { Form = Shape.Text, Check = check };

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static SchemaNode Flag() => Text("true", "false");

    /// <summary>A whole number.</summary>
    public static SchemaNode Integer() => Text(text => long.TryParse(text, out _) ? null : "a whole number");

    /// <summary>A Go duration.</summary>
    public static SchemaNode Duration() => Text(text => GoDuration.TryParse(text, out _) ? null : "a duration such as 500ms, 10s or 1m30s");

    /// <summary>A mapping with known keys.</summary>
    public static SchemaNode Map(params (string Key, SchemaNode Node)[] keys) =>
        new() { Form = Shape.Map, Keys = keys.ToDictionary(key => key.Key, key => key.Node, StringComparer.Ordinal) };

    /// <summary>A mapping with keys of the user's choice.</summary>
    public static SchemaNode Dictionary(SchemaNode element) => new() { Form = Shape.Dictionary, Element = element };

    /// <summary>A list.</summary>
    public static SchemaNode List(SchemaNode element) => new() { Form = Shape.List, Element = element };

    /// <summary>The same, required.</summary>
    public SchemaNode Required() => this with { IsRequired = true };

    /// <summary>The same, accepted with one notice.</summary>
    public SchemaNode WithoutMeaning(string note) => this with { Support = FieldSupport.WithoutMeaning, Note = note };

    /// <summary>The same, refused: Dapr knows it, the embedded sidecar would behave differently.</summary>
    public SchemaNode Unsupported(string note) => this with { Support = FieldSupport.Unsupported, Note = note };

    /// <summary>Adds what is wrong with a node.</summary>
    public void Validate(YamlNode node, string file, string path, ICollection<ResourceProblem> problems)
    {
        switch (Support)
        {
            case FieldSupport.Unsupported:
                problems.Add(new(file, path, $"is not supported by the embedded sidecar; {Note}"));
                return;
            case FieldSupport.WithoutMeaning:
                problems.Add(new(file, path, $"has no effect on one machine: {Note}", IsError: false) { IsPassedOver = true });
                return;
        }

        if (IsEmpty(node) && Form is not Shape.Text)
        {
            return;
        }

        switch (Form)
        {
            case Shape.Text:
                ValidateText(node, file, path, problems);
                break;
            case Shape.List when node is YamlSequenceNode list:
                for (var i = 0; i < list.Children.Count; i++)
                {
                    Element!.Validate(list.Children[i], file, $"{path}[{i}]", problems);
                }

                break;
            case Shape.Dictionary when node is YamlMappingNode map:
                foreach (var (key, value) in map.Children)
                {
                    Element!.Validate(value, file, $"{path}.{key}", problems);
                }

                break;
            case Shape.Map when node is YamlMappingNode map:
                ValidateMap(map, file, path, problems);
                break;
            case Shape.Anything:
                break;
            default:
                problems.Add(new(file, path, Form is Shape.List ? "must be a list" : "must be a mapping"));
                break;
        }
    }

    private static bool IsEmpty(YamlNode node) => node is YamlScalarNode { Value: null or "" or "null" or "~" };

    private void ValidateText(YamlNode node, string file, string path, ICollection<ResourceProblem> problems)
    {
        if (node is not YamlScalarNode { Value: { } text })
        {
            problems.Add(new(file, path, "must be a single value"));
        }
        else if (Values.Count > 0 && !Values.Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            problems.Add(new(file, path, $"'{text}' is not accepted; give one of: {string.Join(", ", Values)}"));
        }
        else if (Check?.Invoke(text) is { } accepted)
        {
            problems.Add(new(file, path, $"'{text}' is not accepted; give {accepted}"));
        }
        else if (IsRequired && text.Length == 0)
        {
            problems.Add(new(file, path, "must not be empty"));
        }
    }

    private void ValidateMap(YamlMappingNode map, string file, string path, ICollection<ResourceProblem> problems)
    {
        foreach (var (keyNode, value) in map.Children)
        {
            var key = keyNode.ToString();
            var at = path.Length == 0 ? key : $"{path}.{key}";
            if (Keys.TryGetValue(key, out var schema))
            {
                schema.Validate(value, file, at, problems);
            }
            else
            {
                problems.Add(new(file, at, $"Dapr knows no such key; here are: {string.Join(", ", Keys.Keys)}") { IsPassedOver = true });
            }
        }

        foreach (var (key, _) in Keys.Where(pair => pair.Value.IsRequired && !map.Children.ContainsKey(new YamlScalarNode(pair.Key))))
        {
            problems.Add(new(file, path.Length == 0 ? key : $"{path}.{key}", "is missing"));
        }
    }
}
