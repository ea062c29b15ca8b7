using Microsoft.AspNetCore.Http;

namespace Sidecar.Api.Http;

/// <summary>The answer of Go's router to a path that nobody serves.</summary>
internal static class PlainNotFound
{
    public static Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return context.Response.WriteAsync("404 page not found\n", context.RequestAborted);
    }
}
