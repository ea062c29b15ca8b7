using System.Text.Json;
using Sidecar.Api.Http;

namespace Sidecar.State;

/// <summary>Reads the bodies of the state API. Member names compare without case; types are checked as Go's decoder does.</summary>
internal static class StateRequests
{
    private static readonly FieldProblems.Decoding Problems = new("SetRequest");
    private static readonly FieldProblems.Decoding BulkProblems = new("BulkGetRequest");

    /// <summary>The operations of a save, or what is wrong with it.</summary>
    public static ApiError? ReadSave(JsonElement body, LoadedStateStore store, Dictionary<string, string> queryMetadata, out List<SetOperation> operations)
    {
        operations = [];
        if (body.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (body.ValueKind != JsonValueKind.Array)
        {
            return StateErrors.Malformed($"json: cannot unmarshal {GoJson.KindOf(body)} into Go value of type []state.SetRequest");
        }

        // The types of all items are checked before any key is looked at.
        var items = new List<(StateFields Fields, JsonElement Element)>();
        foreach (var element in body.EnumerateArray())
        {
            if (element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
            {
                return StateErrors.Malformed($"json: cannot unmarshal {GoJson.KindOf(element)} into Go value of type state.SetRequest");
            }

            if (StateFields.Read(element, Problems, queryMetadata, out var fields) is { } wrongType)
            {
                return StateErrors.Malformed(wrongType);
            }

            items.Add((fields, element));
        }

        foreach (var (fields, element) in items)
        {
            if (fields.Key.Length == 0)
            {
                return StateErrors.Malformed("\"key\" is a required field");
            }

            if (StateKeys.Problem(fields.Key) is { } problem)
            {
                return StateErrors.InvalidKey(store.Name, fields.Key, problem);
            }

            operations.Add(fields.ToSet(store.Keys, element));
        }

        return null;
    }

    /// <summary>The keys of a bulk get, or what is wrong with it.</summary>
    public static ApiError? ReadKeys(JsonElement body, LoadedStateStore store, out List<string> keys)
    {
        keys = [];
        if (body.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
        {
            return StateErrors.MalformedBody($"json: cannot unmarshal {GoJson.KindOf(body)} into Go value of type http.BulkGetRequest");
        }

        if (StateFields.Member(body, "parallelism") is { } parallelism && (parallelism.ValueKind != JsonValueKind.Number || !parallelism.TryGetInt64(out _)))
        {
            var kind = parallelism.ValueKind == JsonValueKind.Number ? $"number {parallelism.GetRawText()}" : GoJson.KindOf(parallelism);
            return StateErrors.MalformedBody($"json: cannot unmarshal {kind} into Go struct field BulkGetRequest.parallelism of type int");
        }

        if (CheckMetadata(body) is { } wrongType)
        {
            return StateErrors.MalformedBody(wrongType);
        }

        if (StateFields.Member(body, "keys") is not { } list)
        {
            return null;
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            return StateErrors.MalformedBody($"json: cannot unmarshal {GoJson.KindOf(list)} into Go struct field BulkGetRequest.keys of type []string");
        }

        foreach (var element in list.EnumerateArray())
        {
            if (element.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
            {
                return StateErrors.MalformedBody($"json: cannot unmarshal {GoJson.KindOf(element)} into Go struct field BulkGetRequest.keys of type string");
            }

            var key = element.GetString() ?? "";
            if (StateKeys.Problem(key) is { } problem)
            {
                return StateErrors.InvalidKey(store.Name, key, problem);
            }

            keys.Add(key);
        }

        return null;
    }

    /// <summary>Writes the members of a found item; data that is not JSON becomes a JSON text.</summary>
    public static void WriteItem(Utf8JsonWriter writer, StateItem item)
    {
        if (!item.Data.IsEmpty)
        {
            writer.WritePropertyName("data");
            using var document = GoJson.Decode(item.Data, out var error);
            if (error is null)
            {
                writer.WriteRawValue(item.Data.Span, skipInputValidation: true);
            }
            else
            {
                writer.WriteStringValue(System.Text.Encoding.UTF8.GetString(item.Data.Span));
            }
        }

        if (item.ETag is not null)
        {
            writer.WriteString("etag", item.ETag);
        }

        if (item.Metadata.Count > 0)
        {
            writer.WriteStartObject("metadata");
            foreach (var (name, value) in item.Metadata)
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
        }

        if (item.Problem is not null)
        {
            writer.WriteString("error", item.Problem);
        }
    }

    // The metadata of a bulk get say nothing to the stores here, but must be ones.
    private static string? CheckMetadata(JsonElement body) => StateFields.Member(body, "metadata") switch
    {
        null => null,
        { ValueKind: not JsonValueKind.Object } wrong => BulkProblems.Map(wrong, StateField.Metadata, "map[string]string"),
        { } metadata => metadata.EnumerateObject().Where(entry => entry.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null)).Select(BulkProblems.Entry).FirstOrDefault(),
    };
}
