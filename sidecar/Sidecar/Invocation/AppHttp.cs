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

    /// <summary>A URL whose path and query are sent exactly as written, as far as they can stand in the line of a request.</summary>
    public static Uri Verbatim(string url) => new(InOneLine(url), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    /// <summary>The same for a URL that may be none.</summary>
    public static bool TryVerbatim(string url, [NotNullWhen(true)] out Uri? address) => Uri.TryCreate(InOneLine(url), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }, out address);

    // A path or a query out of a message may hold anything; a blank in it would end the address, and a line break the line.
    private static string InOneLine(string url)
    {
        if (!url.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return url;
        }

        var host = url.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme ? scheme + "://".Length : 0;
        var start = url.AsSpan(host).IndexOfAny('/', '?') is >= 0 and var length ? host + length : url.Length;
        return string.Concat(url.AsSpan(0, start), string.Concat(url[start..].EnumerateRunes().Select(rune => rune.Value is > ' ' and <= '~' ? rune.ToString() : Uri.EscapeDataString(rune.ToString()))));
    }
}
