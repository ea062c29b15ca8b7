using Microsoft.AspNetCore.Http;
using Sidecar.Security;
using Sidecar.Telemetry;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.Api.Grpc;

/// <summary>
/// The gRPC API of one sidecar: token, allow list, trace, then the call by the whole path. What the sidecar does not serve itself is
/// proxied to the app that the metadata name.
/// </summary>
internal sealed class GrpcDispatcher(GrpcServer server, GrpcProxy proxy, ApiToken token, GrpcApiAccess access, Tracing tracing, SidecarMetrics metrics)
{
    /// <summary>Answers a request.</summary>
    public Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (!token.Accepts(context.Request))
        {
            var given = context.Request.Headers.ContainsKey(ApiToken.Header);
            return GrpcServer.RefuseAsync(context, GrpcErrors.FromHttp(401, given ? "authentication error: api token mismatch" : "missing api token in request metadata"));
        }

        if (!GrpcServer.IsGrpc(context.Request))
        {
            return GrpcServer.RefuseAsync(context);
        }

        if (!access.Allows(path))
        {
            return GrpcServer.RefuseAsync(context, GrpcErrors.FromHttp(501, "requested endpoint is not available"));
        }

        return !server.Serves(path) ? proxy.HandleAsync(context, path)
            : HandleTracedAsync(context, path);
    }

    private async Task HandleTracedAsync(HttpContext context, string path)
    {
        var headers = context.Request.Headers;
        if (headers.TraceParent.Count == 0 && GrpcTraceContext.ToTraceParent(headers[GrpcTraceContext.Header]) is { } traceParent)
        {
            headers.TraceParent = traceParent;
        }

        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        var trace = tracing.Begin(context, path);
        var status = await server.HandleAsync(context);
        if (trace.Span is { } span)
        {
            span.SetTag("dapr.api", path);
            span.SetTag("dapr.protocol", "grpc");
            SpanTags.AddUserDefined(span, headers);
            if (status.Code != GrpcCode.Ok)
            {
                span.SetStatus(System.Diagnostics.ActivityStatusCode.Error, status.Message);
            }

            span.Stop();
        }

        if (metrics.IsEnabled)
        {
            metrics.Rpc(path, ServiceMetrics.Word(status.Code), context.Request.ContentLength ?? 0, context.Response.ContentLength ?? 0, began);
        }
    }
}
