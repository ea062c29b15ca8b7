namespace Sidecar.Invocation;

/// <summary>
/// The way from a sidecar to its app over HTTP: one pooled connection set, the app token, the trace headers, the concurrency
/// bound and the health state of the app. The caller disposes the answer.
/// </summary>
internal interface IAppChannel
{
    /// <summary>False while the app has no port, has not come up, or fails its health check.</summary>
    bool IsAvailable { get; }

    /// <summary>Completes while the app accepts calls, or as soon as it does: not before it was seen, and not while its health check fails.</summary>
    Task WaitUntilAvailableAsync(CancellationToken cancellationToken);

    /// <summary>Sends a request; <c>RequestUri</c> is relative to the app's root. Throws <see cref="HttpRequestException"/> when the app cannot be reached.</summary>
    Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken);
}
