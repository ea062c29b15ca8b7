using Microsoft.AspNetCore.Http;
using Sidecar.Api.Http;

namespace Sidecar.Health;

/// <summary><c>/v1.0/healthz</c> (the sidecar with its app) and <c>/v1.0/healthz/outbound</c> (the sidecar's own APIs).</summary>
internal sealed class HealthApi(string appId, Func<bool> isReady, Func<bool> isOutboundReady, Func<IEnumerable<KeyValuePair<string, string>>> problems) : IHttpApi
{
    /// <inheritdoc />
    public IReadOnlyList<string> Prefixes { get; } = ["v1.0/healthz"];

    /// <inheritdoc />
    public Task HandleAsync(HttpContext context, string rest)
    {
        if (!HttpMethods.IsGet(context.Request.Method) || rest.Contains('/', StringComparison.Ordinal))
        {
            return ApiError.NoRoute.WriteAsync(context);
        }

        if (rest == "outbound")
        {
            return AnswerAsync(context, isOutboundReady(), new ApiError(500, "ERR_OUTBOUND_HEALTH_NOT_READY", "dapr outbound is not ready"));
        }

        var asked = rest.Length > 0 ? Uri.UnescapeDataString(rest) : context.Request.Query["appid"].ToString();
        return asked.Length > 0 && asked != appId
            ? new ApiError(500, "ERR_HEALTH_APPID_NOT_MATCH", "dapr app-id does not match").WriteAsync(context)
            : AnswerReadyAsync(context);
    }

    // A component that lost its server makes the sidecar not ready, and is named; its own APIs stay up, so outbound health does not change.
    private Task AnswerReadyAsync(HttpContext context)
    {
        if (!isReady())
        {
            return AnswerAsync(context, isReady: false, new ApiError(500, "ERR_HEALTH_NOT_READY", "dapr is not ready: [runtime]"));
        }

        var lost = problems().Select(problem => $"{problem.Key}: {problem.Value}").ToList();
        return AnswerAsync(context, lost.Count == 0, new ApiError(500, "ERR_HEALTH_NOT_READY", $"dapr is not ready: [{string.Join("; ", lost)}]"));
    }

    private static Task AnswerAsync(HttpContext context, bool isReady, ApiError error)
    {
        if (!isReady)
        {
            return error.WriteAsync(context);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
