using System.Text;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Api.Http;

namespace Sidecar.Api.Grpc;

/// <summary>
/// JSON as gRPC has it. Every JSON text becomes a value, however it came into a store: a number that no double holds is infinite, of a name that stands twice the last one counts (as in
/// Go), at any depth; what is no JSON at all is a text.
/// </summary>
internal static class JsonValues
{
    /// <summary>The value of a JSON text.</summary>
    public static Value From(ReadOnlyMemory<byte> json)
    {
        using var document = GoJson.Decode(json, out _);
        return document is null ? Value.ForString(Encoding.UTF8.GetString(json.Span)) : From(document.RootElement);
    }

    /// <summary>The value of an element.</summary>
    public static Value From(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => Value.ForStruct(ToStruct(element)),
        JsonValueKind.Array => Value.ForList([.. element.EnumerateArray().Select(From)]),
        JsonValueKind.String => Value.ForString(element.GetString()!),
        JsonValueKind.Number => Value.ForNumber(element.GetDouble()),
        JsonValueKind.True or JsonValueKind.False => Value.ForBool(element.GetBoolean()),
        _ => Value.ForNull(),
    };

    private static Struct ToStruct(JsonElement element)
    {
        var result = new Struct();
        foreach (var member in element.EnumerateObject())
        {
            result.Fields[member.Name] = From(member.Value);
        }

        return result;
    }
}
