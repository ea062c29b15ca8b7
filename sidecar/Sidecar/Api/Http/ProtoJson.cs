using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sidecar.Api.Http;

/// <summary>Bodies that are the JSON form of a protocol buffers message; what is wrong with them in the words of that form's reader.</summary>
internal static class ProtoJson
{
    /// <summary>How deep a body may be nested.</summary>
    public const int MaxDepth = 512;

    /// <summary>The message as an object, or null and what is wrong.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> body, out string? problem, ProtoJsonFields? fields = null)
    {
        problem = new ProtoJsonSyntax(body.Span).Check(MaxDepth) ?? fields?.Check(body.Span);
        return problem is null ? JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth }) : null;
    }

    /// <summary>Where the value of a member stands.</summary>
    public static string Position(ReadOnlySpan<byte> body, JsonProperty member)
    {
        var value = Encoding.UTF8.GetBytes(member.Value.GetRawText());
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(member.Name) && reader.Read() && body[(int)reader.TokenStartIndex..].StartsWith(value))
            {
                return ProtoJsonSyntax.LineAndColumn(body, (int)reader.TokenStartIndex);
            }
        }

        return ProtoJsonSyntax.LineAndColumn(body, 0);
    }

    /// <summary>A member's value that its field does not take.</summary>
    public static string Invalid(ReadOnlySpan<byte> body, JsonProperty member, string type, string field) =>
        $"proto: {Position(body, member)}: invalid value for {type} field {field}: {member.Value.GetRawText()}";

    /// <summary>A member that is no message where one is expected.</summary>
    public static string Unexpected(ReadOnlySpan<byte> body, JsonProperty member)
    {
        var raw = member.Value.GetRawText();
        return $"proto: syntax error {Position(body, member)}: unexpected token {(raw[0] == '[' ? "[" : raw)}";
    }

    /// <summary>A whole number within bounds; it may also be written as a text, with a fraction of zero or an exponent. Null when it is none.</summary>
    public static long? WholeNumber(JsonElement element, long least, long most)
    {
        var text = element.ValueKind switch { JsonValueKind.Number => element.GetRawText(), JsonValueKind.String => element.GetString(), _ => null };
        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most && number == decimal.Truncate(number)
                ? (long)number
                : null;
    }
}
