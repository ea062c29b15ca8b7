using Dapr.Common;

namespace Dapr.Client;

/// <summary>
/// Sends requests for http://{app id}/{path} to the invoke API of the sidecar. While a request is under way its URI is the
/// sidecar's; afterwards it is the caller's again.
/// </summary>
public class InvocationHandler : DelegatingHandler
{
    private Uri endpoint;

    /// <summary>Uses the sidecar and the token of the environment.</summary>
    public InvocationHandler()
    {
        endpoint = new Uri(DaprDefaults.GetDefaultHttpEndpoint(), UriKind.Absolute);
        DaprApiToken = DaprDefaults.GetDefaultDaprApiToken(configuration: null);
    }

    /// <summary>The sidecar's HTTP URL.</summary>
    public string DaprEndpoint
    {
        get => endpoint.OriginalString;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            var uri = new Uri(value, UriKind.Absolute);
            if (uri.Scheme is not ("http" or "https"))
            {
                throw new ArgumentException("The URI scheme of the Dapr endpoint must be http or https.", nameof(value));
            }

            endpoint = uri;
        }
    }

    /// <summary>The app id whose upper-case letters are to be kept (a URI's host is lower case).</summary>
    public string? DefaultAppId { get; set; }

    internal string? DaprApiToken { get; set; }

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var original = request.RequestUri;
        request.RequestUri = Rewrite(original)
            ?? throw new ArgumentException($"The request URI '{original}' is not a valid Dapr service invocation destination.", nameof(request));
        var addsToken = !string.IsNullOrWhiteSpace(DaprApiToken) && request.Headers.TryAddWithoutValidation(DaprHeaders.ApiToken, DaprApiToken);
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        finally
        {
            request.RequestUri = original;
            if (addsToken)
            {
                request.Headers.Remove(DaprHeaders.ApiToken);
            }
        }
    }

    internal Uri? Rewrite(Uri? uri)
    {
        if (uri is null || !uri.IsAbsoluteUri || uri.Scheme is not ("http" or "https"))
        {
            return null;
        }

        var appId = string.Equals(uri.Host, DefaultAppId, StringComparison.OrdinalIgnoreCase) ? DefaultAppId : uri.Host;
        return new UriBuilder(uri)
        {
            Scheme = endpoint.Scheme,
            Host = endpoint.Host,
            Port = endpoint.Port,
            Path = $"/v1.0/invoke/{appId}/method{uri.AbsolutePath}",
        }.Uri;
    }
}
