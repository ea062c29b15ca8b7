using Dapr;
using ServiceDefaults;

namespace Gateway;

/// <summary>The connections to the gateway's sidecar.</summary>
internal sealed class SidecarChannel : IDisposable
{
    private readonly HttpMessageInvoker _http;
    private readonly string _endpoint;
    private readonly string _token;

    public SidecarChannel(IConfiguration configuration)
    {
        _endpoint = DaprDefaults.GetDefaultHttpEndpoint(configuration).TrimEnd('/');
        _token = DaprDefaults.GetDefaultDaprApiToken(configuration);
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseCookies = false,
            UseProxy = false,
            AllowAutoRedirect = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(2),
        });
    }

    public Task<HttpResponseMessage> SendAsync(string appId, string pathAndQuery, HttpRequestMessage request, CancellationToken ct)
    {
        // As sent by the client: the path was judged character by character.
        var options = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        request.RequestUri = new Uri($"{_endpoint}/v1.0/invoke/{appId}/method{pathAndQuery}", options);
        if (_token.Length > 0)
        {
            request.Headers.Add(InternalHeaders.DaprApiToken, _token);
        }

        return _http.SendAsync(request, ct);
    }

    public void Dispose() => _http.Dispose();
}
