using Microsoft.AspNetCore.Http;

namespace Sidecar.Api.Http;

/// <summary>An error of Go's server itself: a line of text.</summary>
internal static class PlainText
{
    /// <summary>The answer of Go's router to a path that nobody serves.</summary>
    public static Task WriteNotFoundAsync(HttpContext context) => WriteAsync(context, StatusCodes.Status404NotFound, "404 page not found");

    /// <summary>Answers with a status and a line.</summary>
    public static Task WriteAsync(HttpContext context, int status, string line)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return context.Response.WriteAsync(line + "\n", context.RequestAborted);
    }
}
