using System.Text.Json;
using Sidecar.Api.Http;
using Sidecar.State;

namespace Sidecar.Actors;

/// <summary>A change of one key of an actor's state as bytes.</summary>
/// <param name="Value">The new value; null = the key is removed.</param>
/// <param name="Metadata">E.g. <c>ttlInSeconds</c>.</param>
internal sealed record ActorStateChange(string Key, ReadOnlyMemory<byte>? Value, IReadOnlyDictionary<string, string> Metadata);

/// <summary>Reads the transactions of actors, from JSON as the HTTP API has them and from the changes of the gRPC API; errors in daprd's words.</summary>
/// <param name="allowsTtl">Whether values may expire.</param>
internal sealed class ActorStateReader(bool allowsTtl)
{
    private static readonly byte[] Null = "null"u8.ToArray();
    private static readonly Dictionary<string, string> NoMetadata = new(StringComparer.Ordinal);

    /// <summary>The operations of a body; what is wrong with its shape, in Go's words, or null.</summary>
    public static string? ReadElements(JsonElement body, out List<JsonElement> elements)
    {
        elements = [];
        if (body.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (body.ValueKind != JsonValueKind.Array)
        {
            return $"json: cannot unmarshal {GoJson.KindOf(body)} into Go value of type []api.TransactionalOperation";
        }

        foreach (var element in body.EnumerateArray())
        {
            if (element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
            {
                return $"json: cannot unmarshal {GoJson.KindOf(element)} into Go value of type api.TransactionalOperation";
            }

            if (Member(element, "operation") is { ValueKind: not JsonValueKind.String } wrong)
            {
                return $"json: cannot unmarshal {GoJson.KindOf(wrong)} into Go struct field TransactionalOperation.operation of type api.OperationType";
            }

            elements.Add(element);
        }

        return null;
    }

    /// <summary>The changes that operations ask for, or why one of them cannot be made.</summary>
    public (IReadOnlyList<StateOperation> Operations, string? Problem) Read(IEnumerable<JsonElement> elements, string prefix)
    {
        var operations = new List<StateOperation>();
        foreach (var element in elements)
        {
            if (Read(element, prefix, out var operation) is { } problem)
            {
                return ([], problem);
            }

            operations.Add(operation!);
        }

        return (operations, null);
    }

    /// <summary>The changes as a store takes them, or why one of them cannot be made.</summary>
    public (IReadOnlyList<StateOperation> Operations, string? Problem) Read(IEnumerable<ActorStateChange> changes, string prefix)
    {
        var operations = new List<StateOperation>();
        foreach (var change in changes)
        {
            var problem = change.Key.Length == 0 ? "missing key" : change.Value is null ? null : TtlProblem(change.Metadata);
            if (problem is not null)
            {
                return ([], problem);
            }

            operations.Add(change.Value is { } value
                ? new SetOperation(prefix + change.Key, value, Binary: true, null, "", "", change.Metadata)
                : new DeleteOperation(prefix + change.Key, null, "", "", NoMetadata));
        }

        return (operations, null);
    }

    private string? TtlProblem(IReadOnlyDictionary<string, string> metadata) => !allowsTtl && metadata.ContainsKey("ttlInSeconds")
        ? "ttlInSeconds is not supported without the \"ActorStateTTL\" feature enabled"
        : null;

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && GoJson.Member(element, name) is { ValueKind: not JsonValueKind.Null } member ? member : null;

    private string? Read(JsonElement element, string prefix, out StateOperation? operation)
    {
        operation = null;
        if (Member(element, "request") is not { } request)
        {
            return "request data is empty";
        }

        var kind = Member(element, "operation")?.GetString() ?? "";
        if (kind is not ("upsert" or "delete"))
        {
            return kind.Length == 0 ? "operation is empty" : $"operation type {kind} not supported";
        }

        if (request.ValueKind != JsonValueKind.Object)
        {
            return $"'' expected a map, got '{GoJson.KindOf(request)}'";
        }

        if ((Text(request, "Key", out var key) ?? Text(request, "ETag", out var etag)) is { } wrong)
        {
            return wrong;
        }

        _ = Text(request, "ETag", out etag);
        if (string.IsNullOrEmpty(key))
        {
            return "missing key";
        }

        if (kind == "delete")
        {
            operation = new DeleteOperation(prefix + key, etag, "", "", NoMetadata);
            return null;
        }

        if (Metadata(request, out var metadata) is { } wrongMetadata)
        {
            return wrongMetadata;
        }

        operation = new SetOperation(prefix + key, Member(request, "value") is { } value ? GoJson.Compact(value) : Null, Binary: false, etag, "", "", metadata);
        return null;
    }

    private string? Metadata(JsonElement request, out Dictionary<string, string> metadata)
    {
        metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Member(request, "metadata") is not { } given)
        {
            return null;
        }

        if (given.ValueKind != JsonValueKind.Object)
        {
            return $"1 error(s) decoding:\n\n* 'Metadata' expected a map, got '{GoJson.KindOf(given)}'";
        }

        foreach (var member in given.EnumerateObject())
        {
            if (member.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
            {
                return $"1 error(s) decoding:\n\n* 'Metadata[{member.Name}]' {Unconvertible(member.Value)}";
            }

            metadata[member.Name] = member.Value.GetString() ?? "";
        }

        return TtlProblem(metadata);
    }

    private static string? Text(JsonElement request, string name, out string? value)
    {
        value = null;
        if (Member(request, name) is not { } member)
        {
            return null;
        }

        if (member.ValueKind != JsonValueKind.String)
        {
            return $"1 error(s) decoding:\n\n* '{name}' {Unconvertible(member)}";
        }

        value = member.GetString();
        return null;
    }

    private static string Unconvertible(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => $"expected type 'string', got unconvertible type 'float64', value: '{value.GetRawText()}'",
        JsonValueKind.True or JsonValueKind.False => $"expected type 'string', got unconvertible type 'bool', value: '{value.GetRawText()}'",
        JsonValueKind.Array => "expected type 'string', got unconvertible type '[]interface {}'",
        _ => "expected type 'string', got unconvertible type 'map[string]interface {}'",
    };
}
