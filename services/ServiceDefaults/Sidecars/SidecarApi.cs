using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace ServiceDefaults;

/// <summary>The sidecar's own API, as far as services use it directly.</summary>
internal sealed class SidecarApi : IDisposable
{
    private readonly HttpClient _http;

    public SidecarApi(IConfiguration configuration)
    {
        var endpoint = configuration["DAPR_HTTP_ENDPOINT"] ?? $"http://127.0.0.1:{configuration["DAPR_HTTP_PORT"] ?? "3500"}";
        Endpoint = new Uri(endpoint.TrimEnd('/') + "/");
        _http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false }) { BaseAddress = Endpoint, Timeout = Timeout.InfiniteTimeSpan };
        if (configuration["DAPR_API_TOKEN"] is { Length: > 0 } token)
        {
            _http.DefaultRequestHeaders.Add("dapr-api-token", token);
        }
    }

    public Uri Endpoint { get; }

    public async Task<bool> IsReadyAsync(CancellationToken ct)
    {
        try
        {
            using var response = await _http.GetAsync("v1.0/healthz/outbound", ct);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public async Task<string?> GetSecretAsync(string store, string name, CancellationToken ct)
    {
        using var response = await _http.GetAsync($"v1.0/secrets/{store}/{name}", ct);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.NoContent)
        {
            return null;
        }

        var body = await response.Content.ReadAsByteArrayAsync(ct);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"The sidecar answered {(int)response.StatusCode} for the secret {name} of {store}.", null, response.StatusCode);
        }

        return JsonElement.Parse(body).TryGetProperty(name, out var value) ? value.GetString() : null;
    }

    public async Task PublishAsync(string pubsub, string topic, byte[] body, string contentType, CancellationToken ct)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        using var response = await _http.PostAsync($"v1.0/publish/{pubsub}/{topic}", content, ct);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"The sidecar answered {(int)response.StatusCode} for a message to {topic}.", null, response.StatusCode);
        }
    }

    public Task<HttpResponseMessage> InvokeAsync(string appId, HttpRequestMessage request, CancellationToken ct)
    {
        request.RequestUri = new Uri(Endpoint, $"v1.0/invoke/{appId}/method/{request.RequestUri!.OriginalString.TrimStart('/')}");
        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
    }

    public void Dispose() => _http.Dispose();
}
