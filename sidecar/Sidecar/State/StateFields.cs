using System.Text.Json;
using Sidecar.Api.Http;

namespace Sidecar.State;

/// <summary>What a save or an operation of a transaction says about a key. Member names compare without case; types are checked as Go's decoders do.</summary>
internal sealed record StateFields
{
    private static readonly byte[] Null = "null"u8.ToArray();

    /// <summary>The key as the application names it.</summary>
    public string Key { get; private init; } = "";

    private string? ETag { get; init; }

    private string Concurrency { get; init; } = "";

    private string Consistency { get; init; } = "";

    private string? ContentType { get; init; }

    private IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Reads them; what is wrong, or null.</summary>
    /// <param name="problems">How it is worded.</param>
    /// <param name="queryMetadata">Metadata of the URL, which go before those of the body.</param>
    public static string? Read(JsonElement element, FieldProblems problems, Dictionary<string, string> queryMetadata, out StateFields fields)
    {
        fields = new StateFields();
        string? etag = null, concurrency = null, consistency = null, contentType = null;
        var options = Member(element, StateField.Options.Name) ?? default;
        Dictionary<string, string> metadata = [];
        var problem = Text(element, StateField.Key, problems, out var key)
            ?? Text(element, StateField.ETag, problems, out etag)
            ?? ReadMetadata(element, problems, queryMetadata, out metadata)
            ?? (options.ValueKind is JsonValueKind.Object or JsonValueKind.Undefined ? null : problems.Map(options, StateField.Options, "state.SetStateOption"))
            ?? Text(options, StateField.Concurrency, problems, out concurrency)
            ?? Text(options, StateField.Consistency, problems, out consistency)
            ?? Text(element, StateField.ContentType, problems, out contentType);
        if (problem is null)
        {
            fields = new StateFields { Key = key ?? "", ETag = etag, Concurrency = concurrency ?? "", Consistency = consistency ?? "", Metadata = metadata, ContentType = contentType };
        }

        return problem;
    }

    /// <summary>A member that is there and not null.</summary>
    public static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && GoJson.Member(element, name) is { ValueKind: not JsonValueKind.Null } member ? member : null;

    /// <summary>The operation that writes the value of <paramref name="element"/>.</summary>
    public SetOperation ToSet(StateKeys keys, JsonElement element) =>
        new(keys.Stored(Key), Member(element, "value") is { } value ? GoJson.Compact(value) : Null, Binary: false, ETag, Concurrency, Consistency, Metadata) { ContentType = ContentType };

    /// <summary>The operation that removes the value.</summary>
    public DeleteOperation ToDelete(StateKeys keys) => new(keys.Stored(Key), ETag, Concurrency, Consistency, Metadata);

    private static string? ReadMetadata(JsonElement element, FieldProblems problems, Dictionary<string, string> queryMetadata, out Dictionary<string, string> metadata)
    {
        metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Member(element, StateField.Metadata.Name) is { } given)
        {
            if (given.ValueKind != JsonValueKind.Object)
            {
                return problems.Map(given, StateField.Metadata, "map[string]string");
            }

            foreach (var entry in given.EnumerateObject())
            {
                if (entry.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
                {
                    return problems.Entry(entry);
                }

                metadata[entry.Name] = entry.Value.GetString() ?? "";
            }
        }

        foreach (var (name, value) in queryMetadata)
        {
            metadata[name] = value;
        }

        return null;
    }

    private static string? Text(JsonElement element, StateField field, FieldProblems problems, out string? value)
    {
        value = null;
        if (Member(element, field.Name) is not { } member)
        {
            return null;
        }

        value = member.ValueKind == JsonValueKind.String ? member.GetString() : null;
        return value is null ? problems.Text(member, field) : null;
    }
}
