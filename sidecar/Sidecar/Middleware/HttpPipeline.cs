using Microsoft.AspNetCore.Http;

namespace Sidecar.Middleware;

/// <summary>Middleware in order.</summary>
internal sealed class HttpPipeline(IReadOnlyList<IHttpMiddleware> steps)
{
    /// <summary>Runs the steps, the last of which is <paramref name="end"/>.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate end) => InvokeAsync(context, end, 0);

    private Task InvokeAsync(HttpContext context, RequestDelegate end, int step) =>
        step == steps.Count ? end(context) : steps[step].InvokeAsync(context, next => InvokeAsync(next, end, step + 1));
}
