using System.Text;
using System.Text.Json.Nodes;

namespace Conformance;

/// <summary>Bodies as the recordings write them: `body`, `bodyBase64`, `bodyRepeat`.</summary>
internal static class Bodies
{
    /// <summary>The bytes, or null when there is no body.</summary>
    public static byte[]? Read(JsonObject part, Placeholders placeholders)
    {
        if (part["body"] is JsonNode body)
        {
            return Encoding.UTF8.GetBytes(placeholders.Fill(body is JsonValue value && value.TryGetValue<string>(out var text) ? text : body.ToJsonString()));
        }

        if (part["bodyBase64"] is { } base64)
        {
            return Convert.FromBase64String(base64.GetValue<string>());
        }

        return part["bodyRepeat"] is JsonObject repeat ? Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(repeat["char"]!.GetValue<string>(), repeat["count"]!.GetValue<int>()))) : null;
    }
}
