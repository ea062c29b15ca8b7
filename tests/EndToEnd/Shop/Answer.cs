using System.Net;
using System.Text.Json;

namespace EndToEnd.Shop;

/// <summary>An answer of the gateway, read whole.</summary>
public sealed record Answer(HttpStatusCode Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The body as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>The `code` of a problem, else empty.</summary>
    public string Code => Body.Length > 0 && Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty("code", out var code) ? code.GetString() ?? "" : "";

    /// <summary>A member of the body as text.</summary>
    public string Text(string member) => Json.GetProperty(member).ToString();

    /// <summary>Fails with the whole answer unless the status is the expected one.</summary>
    public Answer Expect(HttpStatusCode status)
    {
        Status.Should().Be(status, "the answer was {0}", Body);
        return this;
    }
}
