using Microsoft.AspNetCore.Http;

namespace Sidecar.Middleware;

/// <summary>A step of an HTTP pipeline: looks at or changes a request, then calls the next step or answers itself. Thread safe.</summary>
internal interface IHttpMiddleware
{
    /// <summary>Prepares it. Throws <see cref="Components.ComponentException"/>.</summary>
    Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Handles a request.</summary>
    Task InvokeAsync(HttpContext context, RequestDelegate next);
}
