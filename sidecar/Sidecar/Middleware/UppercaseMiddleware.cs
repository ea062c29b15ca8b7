using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sidecar.Components;

namespace Sidecar.Middleware;

/// <summary><c>middleware.http.uppercase</c>: bodies in capital letters; metadata <c>direction</c> is request (default), response or both. For tries and tests.</summary>
internal sealed class UppercaseMiddleware(ComponentSpec spec) : IHttpMiddleware
{
    private readonly string _direction = spec["direction"]?.ToLowerInvariant() ?? "request";

    /// <inheritdoc />
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (_direction != "response" && context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false })
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            var changed = Upper(body.ToArray());
            context.Request.Body = new MemoryStream(changed);
            context.Request.ContentLength = changed.Length;
        }

        await (_direction == "request" ? next(context) : AnswerAsync(context, next));
    }

    private static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        var original = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var buffer = new MemoryStream();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(buffer));
        try
        {
            await next(context);
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }
        finally
        {
            context.Features.Set(original);
        }

        if (buffer.Length > 0)
        {
            var changed = Upper(buffer.ToArray());
            context.Response.ContentLength = changed.Length;
            await original.Stream.WriteAsync(changed, context.RequestAborted);
        }
    }

    private static byte[] Upper(byte[] body) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body).ToUpperInvariant());
}
