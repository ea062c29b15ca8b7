using Microsoft.AspNetCore.Http;

namespace ServiceDefaults;

/// <summary>What the pipeline attached to a request.</summary>
public static class HttpContextExtensions
{
    /// <summary>The context of the request; an anonymous one before authentication ran.</summary>
    public static RequestContext RequestContext(this HttpContext context) =>
        context.Features.Get<RequestContext>() ?? ServiceDefaults.RequestContext.Anonymous();

    internal static void SetRequestContext(this HttpContext context, RequestContext value) => context.Features.Set(value);
}
