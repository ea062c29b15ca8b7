using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace Sidecar.Api.Http;

/// <summary>
/// The fields of a message in its JSON form, and what its reader refuses though the syntax is right: a field or a key that stands twice, and numbers that no double holds
/// where a field is any JSON value (<c>google.protobuf.Value</c>).
/// </summary>
/// <param name="anyValue">The field that is any JSON value, by its name in JSON; null when there is none.</param>
/// <param name="names">All fields, as the message's definition names them.</param>
internal sealed class ProtoJsonFields(string? anyValue, params string[] names)
{
    // Either name is taken: that of the definition, and the one that JSON makes of it.
    private readonly FrozenDictionary<string, string> _fields = names.Select(name => KeyValuePair.Create(name, InJson(name)))
        .Concat(names.Select(name => KeyValuePair.Create(InJson(name), InJson(name)))).DistinctBy(pair => pair.Key).ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What is wrong with a body of right syntax, or null.</summary>
    public string? Check(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = ProtoJson.MaxDepth });
        var seen = new HashSet<string>(StringComparer.Ordinal);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!_fields.TryGetValue(reader.GetString()!, out var field))
            {
                reader.Skip();
                continue;
            }

            if (!seen.Add(field))
            {
                return At(body, reader, $"duplicate field {Raw(reader)}");
            }

            reader.Read();
            if (field == anyValue && CheckValue(body, ref reader) is { } problem)
            {
                return problem;
            }

            reader.Skip();
        }

        return null;
    }

    private static string? CheckValue(ReadOnlySpan<byte> body, ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Number when !double.IsFinite(reader.GetDouble()) => At(body, reader, $"invalid google.protobuf.Value: {Encoding.UTF8.GetString(reader.ValueSpan)}"),
        JsonTokenType.StartObject => CheckObject(body, ref reader),
        JsonTokenType.StartArray => CheckArray(body, ref reader),
        _ => null,
    };

    private static string? CheckObject(ReadOnlySpan<byte> body, ref Utf8JsonReader reader)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (!seen.Add(reader.GetString()!))
            {
                return At(body, reader, $"duplicate map key {Raw(reader)}");
            }

            reader.Read();
            if (CheckValue(body, ref reader) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private static string? CheckArray(ReadOnlySpan<byte> body, ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (CheckValue(body, ref reader) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private static string At(ReadOnlySpan<byte> body, in Utf8JsonReader reader, string problem) => $"proto: {ProtoJsonSyntax.LineAndColumn(body, (int)reader.TokenStartIndex)}: {problem}";

    private static string Raw(in Utf8JsonReader reader) => $"\"{Encoding.UTF8.GetString(reader.ValueSpan)}\"";

    private static string InJson(string name) =>
        string.Concat(name.Split('_').Select((word, index) => index == 0 || word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));
}
