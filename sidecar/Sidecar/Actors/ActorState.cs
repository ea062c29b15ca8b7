using System.Text.Json;
using Sidecar.Api.Http;
using Sidecar.State;

namespace Sidecar.Actors;

/// <summary>The state of actors in the state component with <c>actorStateStore</c>, under daprd's keys: <c>app||type||id||key</c>.</summary>
internal sealed class ActorState(RuntimeServices services, LoadedStateStore? store, Func<string, string, bool> isActive)
{
    private const string TtlFeature = "ActorStateTTL";
    private static readonly byte[] Null = "null"u8.ToArray();
    private static readonly Dictionary<string, string> NoMetadata = new(StringComparer.Ordinal);

    /// <summary>Whether there is an actor state store.</summary>
    public bool Exists => store is not null;

    /// <summary>The value of a key, or null.</summary>
    public Task<StateItem?> GetAsync(string type, string id, string key, CancellationToken cancellationToken) =>
        store!.Policy.ExecuteAsync(token => store.Store.GetAsync(Prefix(type, id) + key, token), _ => Resiliency.AttemptOutcome.Success, cancellationToken);

    /// <summary>Makes all changes of a transaction, or none; the error, or null.</summary>
    public async Task<ApiError?> TransactAsync(string type, string id, JsonElement body, CancellationToken cancellationToken)
    {
        if (ReadOperations(body, out var elements) is { } malformed)
        {
            return ActorErrors.Malformed(malformed);
        }

        if (!isActive(type, id))
        {
            return ActorErrors.InstanceMissing;
        }

        var operations = new List<StateOperation>();
        foreach (var element in elements)
        {
            if (Read(element, Prefix(type, id), out var operation) is { } problem)
            {
                return ActorErrors.StateSave(problem);
            }

            operations.Add(operation!);
        }

        if (store is null)
        {
            return ActorErrors.NoStore;
        }

        return await store.TransactAsync(operations, cancellationToken) is { } failure ? ActorErrors.StateSave(failure.Message) : null;
    }

    private static string? ReadOperations(JsonElement body, out List<JsonElement> elements)
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

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && GoJson.Member(element, name) is { ValueKind: not JsonValueKind.Null } member ? member : null;

    private string Prefix(string type, string id) => $"{services.AppId}||{type}||{id}||";

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

        return metadata.ContainsKey("ttlInSeconds") && !services.Resources.Configuration.Features.Contains(TtlFeature)
            ? $"ttlInSeconds is not supported without the \"{TtlFeature}\" feature enabled"
            : null;
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
