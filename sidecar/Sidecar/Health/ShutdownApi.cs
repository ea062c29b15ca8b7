using Microsoft.AspNetCore.Http;
using Sidecar.Api.Http;

namespace Sidecar.Health;

/// <summary><c>POST /v1.0/shutdown</c>: answers, then asks for the end of the sidecar.</summary>
internal sealed class ShutdownApi(Func<Task> shutdown) : IHttpApi
{
    /// <inheritdoc />
    public IReadOnlyList<string> Prefixes { get; } = ["v1.0/shutdown"];

    /// <inheritdoc />
    public Task HandleAsync(HttpContext context, string rest)
    {
        if (!HttpMethods.IsPost(context.Request.Method) || rest.Length > 0)
        {
            return ApiError.NoRoute.WriteAsync(context);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;

        // Not awaited by the request: the stop waits for the requests under way, of which this is one.
        context.Response.OnCompleted(() =>
        {
            _ = Task.Run(shutdown, CancellationToken.None);
            return Task.CompletedTask;
        });
        return Task.CompletedTask;
    }
}
