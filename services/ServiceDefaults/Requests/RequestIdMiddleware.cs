using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace ServiceDefaults;

/// <summary>Every answer names its request and its trace.</summary>
internal sealed class RequestIdMiddleware(RequestDelegate next, IIdGenerator ids)
{
    private const string RequestIdHeader = "X-Request-Id";
    private const string TraceIdHeader = "X-Trace-Id";
    private const int MaxLength = 128;

    public Task InvokeAsync(HttpContext context)
    {
        var given = context.Request.Headers[RequestIdHeader].ToString();
        context.TraceIdentifier = given.Length is > 0 and <= MaxLength && given.All(character => character is > ' ' and <= '~') ? given : ids.NewId().ToString();
        context.Response.Headers[RequestIdHeader] = context.TraceIdentifier;
        context.Response.Headers[TraceIdHeader] = Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
        return next(context);
    }
}
