namespace Sidecar.Invocation;

/// <summary>The HTTP client of a sidecar towards apps and endpoints: forwards as it is, with no redirects, cookies, proxies or trace headers of its own.</summary>
internal static class AppHttp
{
    public static HttpMessageInvoker CreateClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectCallback = LingeringStream.ConnectAsync,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        ResponseDrainTimeout = TimeSpan.FromSeconds(1),
    });

    /// <summary>A URL whose path and query are sent exactly as written.</summary>
    public static Uri Verbatim(string url) => new(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
}
