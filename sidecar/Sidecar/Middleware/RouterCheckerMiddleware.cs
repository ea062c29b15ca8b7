using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sidecar.Components;

namespace Sidecar.Middleware;

/// <summary><c>middleware.http.routerchecker</c>: lets through only targets (path and query as sent) that a pattern matches.</summary>
internal sealed class RouterCheckerMiddleware : IHttpMiddleware
{
    private readonly Regex _rule;

    public RouterCheckerMiddleware(ComponentSpec spec)
    {
        try
        {
            // Linear in the length of the target, as in Go: a request must not be able to stall the pattern.
            _rule = new Regex((spec["rule"] ?? "").Replace("(?P<", "(?<", StringComparison.Ordinal), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw ComponentException.Field(spec, "rule", $"is no regular expression: {exception.Message}", "give one without look-around and back references, e.g. ^[A-Za-z0-9/._-]+$");
        }
    }

    /// <inheritdoc />
    public Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        _rule.IsMatch(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget) ? next(context) : PlainAnswer.WriteAsync(context, 400, "invalid router");
}
