using System.Text.Json;
using Sidecar.Api.Http;

namespace Sidecar.Locks;

/// <summary>The body of both calls, read as protobuf's JSON form: either spelling of a name, numbers also as texts, what is unknown is ignored.</summary>
internal sealed record LockRequest(string Resource, string Owner, int Expiry)
{
    private static readonly ProtoJsonFields Fields = new(anyValue: null, "store_name", "resource_id", "lock_owner", "expiry_in_seconds");

    /// <summary>Reads a body; null with the problem in protobuf's words. No body at all is an empty request.</summary>
    public static LockRequest? Read(ReadOnlyMemory<byte> body, out string? problem)
    {
        problem = null;
        if (body.IsEmpty)
        {
            return new LockRequest("", "", 0);
        }

        using var document = ProtoJson.Parse(body, out problem, Fields);
        return document is null ? null : ReadMembers(document.RootElement, body.Span, out problem);
    }

    private static LockRequest? ReadMembers(JsonElement root, ReadOnlySpan<byte> body, out string? problem)
    {
        var request = new LockRequest("", "", 0);
        foreach (var member in root.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
        {
            var text = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : null;
            switch (member.Name)
            {
                case "resourceId" or "resource_id" when text is not null:
                    request = request with { Resource = text };
                    break;
                case "lockOwner" or "lock_owner" when text is not null:
                    request = request with { Owner = text };
                    break;
                case "resourceId" or "resource_id":
                    problem = ProtoJson.Invalid(body, member, "string", "resourceId");
                    return null;
                case "lockOwner" or "lock_owner":
                    problem = ProtoJson.Invalid(body, member, "string", "lockOwner");
                    return null;
                case "storeName" or "store_name" when text is null:
                    problem = ProtoJson.Invalid(body, member, "string", "storeName");
                    return null;
                case "expiryInSeconds" or "expiry_in_seconds":
                    if (ProtoJson.WholeNumber(member.Value, int.MinValue, int.MaxValue) is not { } seconds)
                    {
                        problem = ProtoJson.Invalid(body, member, "int32", "expiryInSeconds");
                        return null;
                    }

                    request = request with { Expiry = (int)seconds };
                    break;
            }
        }

        problem = null;
        return request;
    }
}
