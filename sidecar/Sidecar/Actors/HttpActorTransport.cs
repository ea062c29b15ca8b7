using System.Net;
using System.Text;
using Microsoft.Extensions.Primitives;
using Sidecar.Api.Http;
using Sidecar.Invocation;
using Sidecar.Telemetry;

namespace Sidecar.Actors;

/// <summary>The calls of an app that hosts actors and listens on HTTP.</summary>
internal sealed class HttpActorTransport(RuntimeServices services) : IActorTransport
{
    /// <summary>With it the .NET SDK says that the actor threw; the status is 200 nevertheless.</summary>
    public const string ErrorHeader = "X-DaprErrorResponseHeader";
    private const string CancelHeader = "X-DaprReminderCancel";

    /// <inheritdoc />
    public bool IsAvailable => services.App.IsAvailable;

    /// <inheritdoc />
    public async Task<ActorResult> InvokeAsync(ActorCall call, string? reentrancyId, TraceContext trace, CancellationToken cancellationToken)
    {
        var path = $"actors/{call.Type}/{call.Id}/method/{call.Method}";
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri("/" + RequestPath.Encode(path) + call.Query, UriKind.Relative)) { Content = new ReadOnlyMemoryContent(call.Body) };
        call.Prepare(request);
        if (reentrancyId is not null)
        {
            request.Headers.Remove(ActorHost.ReentrancyHeader);
            request.Headers.TryAddWithoutValidation(ActorHost.ReentrancyHeader, reentrancyId);
        }

        // A timer or reminder is nobody's call: it belongs to no trace.
        ForwardedHeaders.SetTrace(request, call.IsCallback ? null : services.Tracing.Header(trace), trace.TraceState);
        try
        {
            var response = await services.App.SendAsync(request, cancellationToken);
            await response.Content.LoadIntoBufferAsync(services.Options.MaxKeptBody, cancellationToken);
            return Judge(response, await response.Content.ReadAsByteArrayAsync(cancellationToken), path);
        }
        catch (HttpRequestException exception)
        {
            var kind = TransportError.IsRefused(exception) ? ActorFailureKind.Unreachable : ActorFailureKind.Error;
            return ActorResult.Of(new ActorFailure(TransportError.Describe(request, exception), Kind: kind));
        }
    }

    /// <inheritdoc />
    public async Task<string?> DeactivateAsync(string type, string id, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, new Uri("/" + RequestPath.Encode($"actors/{type}/{id}"), UriKind.Relative)) { Content = new ByteArrayContent([]) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/x-protobuf");
        try
        {
            using var response = await services.App.SendAsync(request, cancellationToken);
            return response.StatusCode == HttpStatusCode.OK ? null : $"error from actor service: ({(int)response.StatusCode})";
        }
        catch (HttpRequestException exception)
        {
            return TransportError.Describe(request, exception);
        }
    }

    private static ActorResult Judge(HttpResponseMessage response, byte[] body, string path)
    {
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return ActorResult.Of(new ActorFailure($"actor method not found: {path}", Permanent: true));
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            return ActorResult.Of(new ActorFailure($"error from actor service: ({(int)response.StatusCode}) {Encoding.UTF8.GetString(body)}"));
        }

        if (response.Headers.NonValidated.Contains(ErrorHeader))
        {
            return new ActorResult(new ActorAnswer(response.StatusCode, response, body, Failed: true));
        }

        return response.Headers.NonValidated.TryGetValues(CancelHeader, out var cancel) && IsTruthy(cancel.ToString())
            ? ActorResult.Of(new ActorFailure("reminder has been canceled", Kind: ActorFailureKind.Cancelled))
            : new ActorResult(new ActorAnswer(response.StatusCode, response, body));
    }

    private static bool IsTruthy(StringSegment text) =>
        text.Trim().ToString().ToUpperInvariant() is "Y" or "YES" or "TRUE" or "T" or "ON" or "1";
}
