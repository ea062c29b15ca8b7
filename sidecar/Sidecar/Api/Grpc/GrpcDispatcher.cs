using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sidecar.Api.Http;
using Sidecar.Security;
using Sidecar.Telemetry;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.Api.Grpc;

/// <summary>
/// The gRPC API of one sidecar: token, allow list, trace, then the call by the whole path. What the sidecar does not serve itself is
/// proxied to the app that the metadata name.
/// </summary>
internal sealed class GrpcDispatcher(GrpcServer server, GrpcProxy proxy, ApiToken token, GrpcApiAccess access, RuntimeServices services)
{
    private const string RuntimePrefix = "/dapr.proto.runtime.";

    /// <summary>Answers a request.</summary>
    public Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (!token.Accepts(context.Request, Encoding.UTF8))
        {
            var given = context.Request.Headers.ContainsKey(ApiToken.Header);
            return GrpcServer.RefuseAsync(context, GrpcErrors.FromHttp(401, given ? "authentication error: api token mismatch" : "missing api token in request metadata"));
        }

        if (!GrpcServer.IsGrpc(context.Request))
        {
            return GrpcServer.RefuseAsync(context);
        }

        if (!FieldValue.AreValid(context.Request.Headers))
        {
            return GrpcServer.RefuseAsync(context, new GrpcStatus(GrpcCode.Internal, "metadata values hold no line breaks"));
        }

        if (!access.Allows(path))
        {
            return GrpcServer.RefuseAsync(context, GrpcErrors.FromHttp(501, "requested endpoint is not available"));
        }

        if (services.Tracing.TakesBaggage && context.Request.Headers[Baggage.Header] is { Count: > 0 } baggage)
        {
            var value = string.Join(',', baggage.AsEnumerable());
            if (Baggage.Problem(value) is { } problem)
            {
                return GrpcServer.RefuseAsync(context, new GrpcStatus(GrpcCode.InvalidArgument, $"invalid baggage header: {problem}"));
            }

            if (Baggage.CanComeBack(value))
            {
                context.Response.Headers[Baggage.Header] = value;
            }
        }

        return server.Serves(path) ? HandleTracedAsync(context, path) : proxy.HandleAsync(context, path);
    }

    private async Task HandleTracedAsync(HttpContext context, string path)
    {
        var headers = context.Request.Headers;
        if (headers.TraceParent.Count == 0 && GrpcTraceContext.ToTraceParent(headers[GrpcTraceContext.Header]) is { } traceParent)
        {
            headers.TraceParent = traceParent;
        }

        var began = Stopwatch.GetTimestamp();
        var streams = server.Streams(path);
        var trace = services.Tracing.Begin(context, path, streams && !path.StartsWith(RuntimePrefix, StringComparison.Ordinal) ? ActivityKind.Server : ActivityKind.Client);
        var status = await server.HandleAsync(context);
        if (trace.Span is { } span)
        {
            span.SetTag("dapr.api", path);
            span.SetTag("dapr.protocol", "grpc");
            SpanTags.AddUserDefined(span, headers);
            if (status.Code != GrpcCode.Ok)
            {
                span.SetStatus(ActivityStatusCode.Error, status.Message);
            }

            span.Stop();
        }

        // As in daprd a stream is not counted.
        if (services.Metrics.IsEnabled && !streams)
        {
            services.ErrorCodeMetrics.Answered(status.Reason);
            services.Metrics.Rpc(path, ServiceMetrics.Word(status.Code), context.Request.ContentLength ?? 0, context.Response.ContentLength ?? 0, began);
        }
    }
}
