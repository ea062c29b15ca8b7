using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Sidecar.Invocation;

/// <summary>
/// The body of an invocation: streamed when it is sent once, kept in memory when a policy may send it again. What is kept is bounded by
/// the sidecar's limit for bodies.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    private readonly HttpRequest _request;
    private readonly KeptBody? _kept;
    private readonly bool _exists;

    private RequestBody(HttpRequest request, KeptBody? kept, bool exists)
    {
        _request = request;
        _kept = kept;
        _exists = exists;
    }

    /// <summary>Takes the body of a request; reads it whole only when it may be sent again.</summary>
    public static async ValueTask<RequestBody> TakeAsync(HttpContext context, bool repeatable)
    {
        var exists = context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false };
        if (!repeatable || !exists)
        {
            return new RequestBody(context.Request, null, exists);
        }

        return new RequestBody(context.Request, await KeptBody.ReadAsync(context.Request, context.RequestAborted), exists);
    }

    /// <summary>The content for one attempt; null without a body.</summary>
    public HttpContent? ToContent()
    {
        if (_exists)
        {
            return _kept is null ? new RequestContent(_request) : _kept.ToContent();
        }

        // Headers like Content-Type live on a content, even of an empty body.
        return _request.ContentType is null ? null : new ByteArrayContent([]);
    }

    /// <summary>Gives back what was kept.</summary>
    public void Dispose() => _kept?.Dispose();
}
