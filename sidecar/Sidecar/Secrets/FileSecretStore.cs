using System.Globalization;
using System.Text.Json;
using Sidecar.Components;

namespace Sidecar.Secrets;

/// <summary>
/// <c>secretstores.local.file</c>: a JSON file whose nested values are named by their path (<c>a:b</c>, <c>list:0</c>). Numbers and booleans read
/// as they are written in the file, null as an empty text; daprd prints them as Go's <c>%!s(float64=5)</c>.
/// </summary>
internal sealed class FileSecretStore(ComponentSpec spec) : ISecretStore
{
    private readonly string _separator = spec["nestedSeparator"] ?? ":";
    private readonly bool _multiValued = new MetadataReader(spec).Boolean("multiValued", fallback: false);
    private Dictionary<string, IReadOnlyDictionary<string, string>> _secrets = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public IReadOnlyList<string> Capabilities => _multiValued ? ["MULTIPLE_KEY_VALUES_PER_SECRET"] : [];

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var path = spec["secretsFile"] ?? throw ComponentException.Field(spec, "secretsFile", "is empty", "give the path of a JSON file");
        try
        {
            path = Path.GetFullPath(path);
            using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(path, cancellationToken));
            _secrets = document.RootElement.ValueKind == JsonValueKind.Object
                ? Read(document.RootElement, path)
                : throw ComponentException.Field(spec, "secretsFile", $"names {path}, which is not a JSON object", "give a JSON object of secrets");
        }
        catch (JsonException exception)
        {
            throw ComponentException.Field(spec, "secretsFile", $"names {path}, which is not JSON (line {exception.LineNumber + 1})", "give a JSON object of secrets");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw ComponentException.Field(spec, "secretsFile", $"names {path}, which cannot be read ({exception.Message})", "give the path of a JSON file, relative to the folder the sidecar was started in");
        }
    }

    /// <inheritdoc />
    public IReadOnlyDictionary<string, string>? Get(string name) => _secrets.GetValueOrDefault(name);

    /// <inheritdoc />
    public bool Contains(string name) => _secrets.ContainsKey(name);

    /// <inheritdoc />
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> GetAll() => _secrets;

    private Dictionary<string, IReadOnlyDictionary<string, string>> Read(JsonElement root, string path)
    {
        var secrets = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var (name, value) in _multiValued ? [] : Flatten("", root))
        {
            secrets[name] = new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value };
        }

        foreach (var secret in _multiValued ? root.EnumerateObject() : default)
        {
            var nested = secret.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array;
            var values = nested ? Flatten("", secret.Value) : Flatten(secret.Name, secret.Value);
            secrets[secret.Name] = Distinct(path, secret.Name, values);
        }

        return secrets;
    }

    private Dictionary<string, string> Distinct(string path, string secret, IEnumerable<(string Name, string Value)> values)
    {
        var distinct = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in values)
        {
            if (!distinct.TryAdd(name, value))
            {
                throw ComponentException.Field(spec, "secretsFile", $"names {path}, whose secret '{secret}' has the name '{name}' twice", "give each of its values a name of its own, nested ones joined by nestedSeparator");
            }
        }

        return distinct;
    }

    private IEnumerable<(string Name, string Value)> Flatten(string path, JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Flatten(Join(path, property.Name), property.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany((item, index) => Flatten(Join(path, index.ToString(CultureInfo.InvariantCulture)), item)),
        _ => [(path, Print(element))],
    };

    private string Join(string path, string name) => path.Length == 0 ? name : path + _separator + name;

    private static string Print(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.Null => "",
        _ => element.GetRawText(),
    };
}
