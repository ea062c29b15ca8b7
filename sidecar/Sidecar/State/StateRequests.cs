using System.Text.Json;
using Sidecar.Api.Http;

namespace Sidecar.State;

/// <summary>Reads the bodies of the state API. Member names compare without case; types are checked as Go's decoder does.</summary>
internal static class StateRequests
{
    private const string SaveType = "SetRequest";

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

        foreach (var element in body.EnumerateArray())
        {
            if (element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
            {
                return StateErrors.Malformed($"json: cannot unmarshal {GoJson.KindOf(element)} into Go value of type state.SetRequest");
            }

            if (ReadFields(element, SaveType, queryMetadata, out var fields) is { } wrongType)
            {
                return StateErrors.Malformed(wrongType);
            }

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

    /// <summary>The operations of a transaction, or what is wrong with it.</summary>
    public static ApiError? ReadTransaction(JsonElement body, LoadedStateStore store, Dictionary<string, string> queryMetadata, out List<StateOperation> operations)
    {
        operations = [];
        if (body.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
        {
            return StateErrors.MalformedBody($"json: cannot unmarshal {GoJson.KindOf(body)} into Go value of type http.stateTransactionRequestBody");
        }

        var list = Member(body, "operations");
        if (list is null)
        {
            return null;
        }

        if (list.Value.ValueKind != JsonValueKind.Array)
        {
            return StateErrors.MalformedBody($"json: cannot unmarshal {GoJson.KindOf(list.Value)} into Go struct field stateTransactionRequestBody.operations of type []http.stateTransactionRequestBodyOperation");
        }

        foreach (var element in list.Value.EnumerateArray())
        {
            if (ReadOperation(element, store, queryMetadata, operations) is { } error)
            {
                return error;
            }
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

        if (Member(body, "parallelism") is { } parallelism && (parallelism.ValueKind != JsonValueKind.Number || !parallelism.TryGetInt64(out _)))
        {
            var kind = parallelism.ValueKind == JsonValueKind.Number ? $"number {parallelism.GetRawText()}" : GoJson.KindOf(parallelism);
            return StateErrors.MalformedBody($"json: cannot unmarshal {kind} into Go struct field BulkGetRequest.parallelism of type int");
        }

        if (Member(body, "keys") is not { } list)
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

    private static ApiError? ReadOperation(JsonElement element, LoadedStateStore store, Dictionary<string, string> queryMetadata, List<StateOperation> operations)
    {
        if (element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
        {
            return StateErrors.MalformedBody($"json: cannot unmarshal {GoJson.KindOf(element)} into Go struct field stateTransactionRequestBody.operations of type http.stateTransactionRequestBodyOperation");
        }

        var kind = Member(element, "operation") is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";
        if (kind is not ("upsert" or "delete"))
        {
            return StateErrors.UnsupportedOperation(kind);
        }

        var request = Member(element, "request") ?? default;
        if (request.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null or JsonValueKind.Undefined))
        {
            return StateErrors.MalformedBody($"'' expected a map, got '{GoJson.KindOf(request)}'");
        }

        if (ReadFields(request, kind == "upsert" ? SaveType : "DeleteRequest", queryMetadata, out var fields) is { } wrongType)
        {
            return StateErrors.MalformedBody(wrongType);
        }

        if (StateKeys.Problem(fields.Key) is { } problem)
        {
            return StateErrors.InvalidKey(store.Name, fields.Key, problem);
        }

        operations.Add(kind == "upsert" ? fields.ToSet(store.Keys, request) : fields.ToDelete(store.Keys));
        return null;
    }

    private static string? ReadFields(JsonElement element, string type, Dictionary<string, string> queryMetadata, out Fields fields)
    {
        fields = new Fields();
        if (Text(element, "key", type, out var key) is { } wrongKey)
        {
            return wrongKey;
        }

        if (Text(element, "etag", type, out var etag) is { } wrongETag)
        {
            return wrongETag;
        }

        string? concurrency = null;
        string? consistency = null;
        if (Member(element, "options") is { } options)
        {
            if (options.ValueKind != JsonValueKind.Object)
            {
                return $"json: cannot unmarshal {GoJson.KindOf(options)} into Go struct field {type}.options of type state.SetStateOption";
            }

            if (Text(options, "concurrency", type + ".options", out concurrency) is { } first)
            {
                return first;
            }

            if (Text(options, "consistency", type + ".options", out consistency) is { } second)
            {
                return second;
            }
        }

        if (Metadata(element, type, queryMetadata, out var metadata) is { } third)
        {
            return third;
        }

        fields = new Fields { Key = key ?? "", ETag = etag, Concurrency = concurrency ?? "", Consistency = consistency ?? "", Metadata = metadata };
        return null;
    }

    private static string? Metadata(JsonElement element, string type, Dictionary<string, string> queryMetadata, out Dictionary<string, string> metadata)
    {
        metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Member(element, "metadata") is { } given)
        {
            if (given.ValueKind != JsonValueKind.Object)
            {
                return $"json: cannot unmarshal {GoJson.KindOf(given)} into Go struct field {type}.metadata of type map[string]string";
            }

            foreach (var member in given.EnumerateObject())
            {
                if (member.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
                {
                    return $"json: cannot unmarshal {GoJson.KindOf(member.Value)} into Go struct field {type}.metadata of type string";
                }

                metadata[member.Name] = member.Value.GetString() ?? "";
            }
        }

        foreach (var (name, value) in queryMetadata)
        {
            metadata[name] = value;
        }

        return null;
    }

    private static string? Text(JsonElement element, string name, string type, out string? value)
    {
        value = null;
        if (Member(element, name) is not { } member)
        {
            return null;
        }

        value = member.ValueKind == JsonValueKind.String ? member.GetString() : null;
        return value is null ? $"json: cannot unmarshal {GoJson.KindOf(member)} into Go struct field {type}.{name} of type string" : null;
    }

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && GoJson.Member(element, name) is { ValueKind: not JsonValueKind.Null } member ? member : null;

    private sealed record Fields
    {
        private static readonly byte[] Null = "null"u8.ToArray();

        public string Key { get; init; } = "";

        public string? ETag { get; init; }

        public string Concurrency { get; init; } = "";

        public string Consistency { get; init; } = "";

        public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

        public SetOperation ToSet(StateKeys keys, JsonElement element) =>
            new(keys.Stored(Key), Member(element, "value") is { } value ? GoJson.Compact(value) : Null, Binary: false, ETag, Concurrency, Consistency, Metadata)
            {
                ContentType = Member(element, "contentType") is { ValueKind: JsonValueKind.String } type ? type.GetString() : null,
            };

        public DeleteOperation ToDelete(StateKeys keys) => new(keys.Stored(Key), ETag, Concurrency, Consistency, Metadata);
    }
}
