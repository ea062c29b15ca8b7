using System.Text.Json;
using Sidecar.Api.Http;

namespace Sidecar.State;

/// <summary>Reads the body of a transaction.</summary>
internal static class StateTransactionBody
{
    private const string Body = "stateTransactionRequestBody";
    private const string Operation = "stateTransactionRequestBodyOperation";
    private static readonly FieldProblems.Filling Problems = new();

    /// <summary>The operations, or what is wrong with them. Types of the whole body are checked before any operation is looked at.</summary>
    public static ApiError? Read(JsonElement body, LoadedStateStore store, Dictionary<string, string> queryMetadata, out List<StateOperation> operations)
    {
        operations = [];
        if (Check(body) is { } wrongType)
        {
            return StateErrors.MalformedBody($"json: cannot unmarshal {wrongType}");
        }

        if (StateFields.Member(body, "operations") is { } list)
        {
            foreach (var element in list.EnumerateArray())
            {
                if (ReadOperation(element, store, queryMetadata, operations) is { } error)
                {
                    return error;
                }
            }
        }

        return null;
    }

    private static string? Check(JsonElement body)
    {
        if (body.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
        {
            return $"{GoJson.KindOf(body)} into Go value of type http.{Body}";
        }

        if (StateFields.Member(body, "operations") is { } list)
        {
            if (list.ValueKind != JsonValueKind.Array)
            {
                return $"{GoJson.KindOf(list)} into Go struct field {Body}.operations of type []http.{Operation}";
            }

            foreach (var element in list.EnumerateArray())
            {
                if (element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
                {
                    return $"{GoJson.KindOf(element)} into Go struct field {Body}.operations of type http.{Operation}";
                }

                if (StateFields.Member(element, "operation") is { ValueKind: not JsonValueKind.String } kind)
                {
                    return $"{GoJson.KindOf(kind)} into Go struct field {Operation}.operations.operation of type string";
                }
            }
        }

        return StateFields.Member(body, "metadata") switch
        {
            null => null,
            { ValueKind: not JsonValueKind.Object } wrong => $"{GoJson.KindOf(wrong)} into Go struct field {Body}.metadata of type map[string]string",
            { } metadata => metadata.EnumerateObject().Where(entry => entry.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
                .Select(entry => $"{GoJson.KindOf(entry.Value)} into Go struct field {Body}.metadata of type string").FirstOrDefault(),
        };
    }

    private static ApiError? ReadOperation(JsonElement element, LoadedStateStore store, Dictionary<string, string> queryMetadata, List<StateOperation> operations)
    {
        var kind = StateFields.Member(element, "operation")?.GetString() ?? "";
        if (kind is not ("upsert" or "delete"))
        {
            return StateErrors.UnsupportedOperation(kind);
        }

        var request = StateFields.Member(element, "request") ?? default;
        if (request.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined))
        {
            return StateErrors.MalformedBody(FieldProblems.Filling.NotMap(request));
        }

        if (StateFields.Read(request, Problems, queryMetadata, out var fields) is { } wrongType)
        {
            return StateErrors.MalformedBody(wrongType);
        }

        // Here daprd does not say which key it is, except in the text.
        if (StateKeys.Problem(fields.Key) is { } problem)
        {
            return StateErrors.InvalidKey(store.Name, key: "", problem);
        }

        operations.Add(kind == "upsert" ? fields.ToSet(store.Keys, request) : fields.ToDelete(store.Keys));
        return null;
    }
}
