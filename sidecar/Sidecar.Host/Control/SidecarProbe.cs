using System.Net.Http.Json;
using System.Text.Json;
using Sidecar.Host.RunFiles;

namespace Sidecar.Host.Control;

/// <summary>Asks a sidecar over its own API how it is, as any tool would.</summary>
internal sealed class SidecarProbe(string? apiToken) : IDisposable
{
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(2) };

    /// <summary>Whether the sidecar has its app and its subscriptions.</summary>
    public async Task<bool> IsReadyAsync(AppDefinition app, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _client.SendAsync(Request(app, "v1.0/healthz"), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // Not there, or too slow: that is what the question was about.
            return false;
        }
    }

    /// <summary>The components the sidecar loaded; empty when it does not answer.</summary>
    public async Task<IReadOnlyList<ComponentStatus>> ComponentsAsync(AppDefinition app, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _client.SendAsync(Request(app, "v1.0/metadata"), cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                return [];
            }

            var metadata = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            return metadata.TryGetProperty("components", out var components)
                ? [.. components.EnumerateArray().Select(item => new ComponentStatus(Text(item, "name"), Text(item, "type"), Text(item, "version")))]
                : [];
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();

    private HttpRequestMessage Request(AppDefinition app, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{app.HttpPort}/{path}");
        if (!string.IsNullOrEmpty(apiToken))
        {
            request.Headers.Add("dapr-api-token", apiToken);
        }

        return request;
    }

    private static string Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}
