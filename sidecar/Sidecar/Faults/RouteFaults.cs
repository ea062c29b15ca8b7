using System.Net;
using Sidecar.Invocation;

namespace Sidecar.Faults;

/// <summary>Calls of an app with the faults of its routes. What the sidecar asks for itself (<c>/dapr/...</c>) is not hit.</summary>
internal sealed class RouteFaults(FaultInjection faults, string appId, long maxBodySize, TimeProvider time)
{
    /// <summary>Whether there is any rule.</summary>
    public bool IsOn => faults.IsOn;

    /// <summary>Sends a request with an absolute address.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        if (path.StartsWith("/dapr/", StringComparison.Ordinal) || faults.At(new FaultTarget(FaultPlace.Route, appId, path)) is not { } fault)
        {
            return await send(request, cancellationToken);
        }

        if (request.Content is not null)
        {
            // It may be sent twice.
            await request.Content.LoadIntoBufferAsync(maxBodySize, cancellationToken);
        }

        var first = true;
        return await fault.RunAsync(SendOnceAsync, Failed, time, cancellationToken);

        async Task<HttpResponseMessage> SendOnceAsync()
        {
            if (first)
            {
                first = false;
                return await send(request, cancellationToken);
            }

            return await send(await CopyAsync(request, cancellationToken), cancellationToken);
        }
    }

    private static HttpResponseMessage Failed(FaultError error) => error.Status == 0
        ? throw new HttpRequestException(error.Text)
        : new HttpResponseMessage((HttpStatusCode)error.Status) { Content = new StringContent(error.Text) };

    // A request is sent once only.
    private static async Task<HttpRequestMessage> CopyAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var copy = request is AppRequest original
            ? new AppRequest(request.Method, original.Path) { Connection = original.Connection, Original = original.Original, RequestUri = request.RequestUri }
            : new HttpRequestMessage(request.Method, request.RequestUri);
        (copy.Version, copy.VersionPolicy) = (request.Version, request.VersionPolicy);
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            copy.Headers.TryAddWithoutValidation(name, values);
        }

        foreach (var option in request.Options)
        {
            ((IDictionary<string, object?>)copy.Options)[option.Key] = option.Value;
        }

        if (request.Content is { } content)
        {
            copy.Content = new ByteArrayContent(await content.ReadAsByteArrayAsync(cancellationToken));
            foreach (var (name, values) in content.Headers.NonValidated)
            {
                copy.Content.Headers.TryAddWithoutValidation(name, values);
            }
        }

        return copy;
    }
}
