using System.Diagnostics.CodeAnalysis;

namespace Sidecar.Invocation;

/// <summary>The HTTP client of a sidecar towards apps and endpoints: forwards as it is, with no redirects, cookies, proxies or trace headers of its own.</summary>
internal static class AppHttp
{
    /// <summary>Has a request sent over HTTP/2 without TLS, as an app of protocol <c>h2c</c> wants it.</summary>
    public static void UseHttp2(HttpRequestMessage request) => (request.Version, request.VersionPolicy) = (System.Net.HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);

    public static HttpMessageInvoker CreateClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        RequestHeaderEncodingSelector = static (_, _) => System.Text.Encoding.Latin1,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectCallback = LingeringStream.ConnectAsync,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        ResponseDrainTimeout = TimeSpan.FromSeconds(1),
    });

    /// <summary>A URL whose path and query are sent exactly as written.</summary>
    public static Uri Verbatim(string url) => new(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    /// <summary>The same for a URL that may be none.</summary>
    public static bool TryVerbatim(string url, [NotNullWhen(true)] out Uri? address) => Uri.TryCreate(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }, out address);
}
