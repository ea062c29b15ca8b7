using System.Text.Json;

namespace ServiceTesting;

/// <summary>A call that a service made to another one through its sidecar.</summary>
/// <param name="Path">From the slash, without the query.</param>
public sealed record FakeRequest(string AppId, string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The body as JSON.</summary>
    public JsonElement Json => JsonElement.Parse(Body);
}
