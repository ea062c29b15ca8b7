using System.Text.Json;

namespace Gateway;

/// <summary>
/// Tells an answer of a service from one of a sidecar. Services' errors are problem details; a sidecar's are JSON with an
/// `errorCode`, and name apps and addresses inside.
/// </summary>
internal static class SidecarError
{
    private const int MaxBody = 64 * 1024;

    public static async Task<bool> IsAsync(HttpResponseMessage response, CancellationToken ct)
    {
        if ((int)response.StatusCode < 400 || response.Content.Headers.ContentType?.MediaType is not ("application/json" or "text/plain") || response.Content.Headers.ContentLength is > MaxBody)
        {
            return false;
        }

        await response.Content.LoadIntoBufferAsync(MaxBody, ct);
        var body = await response.Content.ReadAsByteArrayAsync(ct);
        try
        {
            var json = JsonElement.Parse(body);
            return json.ValueKind == JsonValueKind.Object && json.TryGetProperty("errorCode", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
