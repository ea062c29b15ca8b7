using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Sidecar.Faults;
using Sidecar.Invocation;
using Sidecar.NameResolution;
using Sidecar.Resiliency;
using Sidecar.Telemetry;

namespace Sidecar.Api.Grpc;

/// <summary>
/// Carries calls of services that the sidecar does not have to the app that metadata <c>dapr-app-id</c> names: frames, metadata and
/// trailers as they are, both directions at once. Calls of other apps go under their policies, those that stream (<c>dapr-stream</c>) only until they begin.
/// </summary>
internal sealed class GrpcProxy(RuntimeServices services, ICallee self, AppRegistry apps)
{
    private const string CalleeId = "dapr-callee-app-id";
    private const string CallerId = "dapr-caller-app-id";
    private const string AppId = "dapr-app-id";
    private const string IsStream = "dapr-stream";
    private static readonly HashSet<string> Truths = new(StringComparer.OrdinalIgnoreCase) { "1", "on", "t", "true", "y", "yes" };

    // The connection's own headers, those the sidecar sets, and those for the sidecar.
    private static readonly HashSet<string> NotForwarded = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "TE", "Connection", "Content-Type", "Content-Length", "Transfer-Encoding", "Upgrade", "dapr-api-token", AppId, CalleeId, CallerId, "Date", "Server", "Trailer",
    };

    /// <summary>Answers a request.</summary>
    public async Task HandleAsync(HttpContext context, string path)
    {
        var headers = context.Request.Headers;
        var target = headers.TryGetValue(CalleeId, out var callee) ? callee[0] : headers.TryGetValue(AppId, out var named) ? named[0] : null;
        if (string.IsNullOrEmpty(target))
        {
            await GrpcServer.RefuseAsync(context, new GrpcStatus(GrpcCode.Unknown, NoTarget(path)));
            return;
        }

        GrpcServer.PrepareTransport(context);
        var began = Stopwatch.GetTimestamp();
        using var span = services.Tracing.Start(path, target == services.AppId ? ActivityKind.Server : ActivityKind.Client, GrpcTraceContext.Of(headers));
        var status = await CallAsync(context, path, target, Tracing.ContextOf(span, GrpcTraceContext.Of(headers)));
        if (span is not null)
        {
            SpanTags.AddUserDefined(span, headers);
            SetStatus(span, status);
        }

        if (headers.ContainsKey(AppId))
        {
            services.Metrics.Stream(path, status.Code, began);
        }
    }

    private async Task<GrpcStatus> CallAsync(HttpContext context, string path, string target, TraceContext trace)
    {
        var policy = PolicyOf(context.Request.Headers, target, path);
        try
        {
            if (Streams(context.Request.Headers))
            {
                await policy.ExecuteAsync(_ => Task.FromResult(true), _ => AttemptOutcome.Success, context.RequestAborted);
                policy = Policy.None;
            }

            var isEager = policy == Policy.None;
            var request = new ProxyRequest(context, policy.Retries, services.Options.MaxBodySize);
            var answer = await policy.ExecuteAsync(token => AttemptAsync(context, path, target, request, isEager, trace, token), attempt => attempt.Outcome, context.RequestAborted);
            if (!answer.IsSent)
            {
                await answer.WriteAsync(context);
            }

            return answer.Status;
        }
        catch (Exception exception) when (!context.Response.HasStarted && exception is CircuitOpenException or TimeoutException)
        {
            var status = new GrpcStatus(exception is TimeoutException ? GrpcCode.DeadlineExceeded : GrpcCode.Unknown, exception.Message);
            await GrpcServer.RefuseAsync(context, status);
            return status;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException or TimeoutException)
        {
            // Half an answer cannot be completed: the caller must see a broken stream, not an end.
            context.Abort();
            return new GrpcStatus(GrpcCode.Unavailable, exception.Message);
        }
    }

    private IPolicy PolicyOf(IHeaderDictionary headers, string target, string path) =>
        IdOf(target) == services.AppId || !headers.TryGetValue(AppId, out var named) ? Policy.None : services.Resiliency.ForApp(named[0]!, path);

    private async Task<ProxyAnswer> AttemptAsync(HttpContext context, string path, string target, ProxyRequest content, bool isEager, TraceContext trace, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var streams = Streams(context.Request.Headers);
        services.ServiceMetrics.RequestSent(target, streams);
        var answer = await TryAttemptAsync(context, path, target, content, isEager, trace, cancellationToken);
        if (!streams)
        {
            services.ServiceMetrics.ResponseReceived(target, (int)answer.Status.Code, began);
        }

        return answer;
    }

    private async Task<ProxyAnswer> TryAttemptAsync(HttpContext context, string path, string target, ProxyRequest content, bool isEager, TraceContext trace, CancellationToken cancellationToken)
    {
        var id = IdOf(target);
        if (target.Count(letter => letter == '.') > 1)
        {
            return new ProxyAnswer(new GrpcStatus(GrpcCode.Unknown, $"invalid app id {target}"));
        }

        if ((id == services.AppId ? self : apps.Find(id)) is not { } found)
        {
            return new ProxyAnswer(new GrpcStatus(GrpcCode.Unknown, services.UnknownApps.Describe(id)));
        }

        using var span = id == services.AppId ? null : found.StartProxied(path, services.AppId, trace);
        if (found.FindGrpc(path, out var refusal) is not { } app)
        {
            SetStatus(span, refusal!);
            return new ProxyAnswer(refusal!);
        }

        using var request = CreateRequest(context, path, app, id, content, trace);
        var faults = new RouteFaults(FaultInjection.Of(services.Run), id, services.Options.MaxKeptBody, services.Time);
        try
        {
            var response = await (faults.IsOn ? faults.SendAsync(request, app.Client.SendAsync, cancellationToken) : app.Client.SendAsync(request, cancellationToken));
            var answer = await ProxyAnswer.TakeAsync(context, response, isEager, cancellationToken);
            SetStatus(span, answer.Status);
            return answer;
        }
        catch (Exception exception) when (!context.Response.HasStarted && exception is HttpRequestException or IOException)
        {
            var status = content.Refusal ?? new GrpcStatus(GrpcCode.Unavailable, TransportError.DescribeGrpc(request.RequestUri!, exception));
            SetStatus(span, status);
            return new ProxyAnswer(status) { IsPermanent = content.Refusal is not null };
        }
        catch (Exception exception) when (context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested && exception is HttpRequestException or IOException or OperationCanceledException)
        {
            // The caller has a part of the answer: another attempt would write its own behind that.
            context.Abort();
            var status = new GrpcStatus(GrpcCode.Unavailable, exception.Message);
            SetStatus(span, status);
            return new ProxyAnswer(status, IsSent: true);
        }
    }

    private HttpRequestMessage CreateRequest(HttpContext context, string path, GrpcApp app, string id, ProxyRequest content, TraceContext trace)
    {
        var request = app.CreateRequest(path, content.ToContent());
        foreach (var (name, values) in context.Request.Headers)
        {
            if (!NotForwarded.Contains(name) && name[0] != ':')
            {
                request.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        if (id != services.AppId)
        {
            request.Headers.TryAddWithoutValidation(CallerId, services.AppId);
            request.Headers.TryAddWithoutValidation(CalleeId, id);
            SetTrace(request, trace);
        }

        return request;
    }

    private static void SetTrace(HttpRequestMessage request, TraceContext trace)
    {
        if (GrpcTraceContext.FromTraceParent(trace.TraceParent) is { } binary)
        {
            ForwardedHeaders.SetTrace(request, trace.TraceParent, trace.TraceState);
            request.Headers.Remove(GrpcTraceContext.Header);
            request.Headers.TryAddWithoutValidation(GrpcTraceContext.Header, binary);
        }
    }

    private static void SetStatus(Span? span, GrpcStatus status)
    {
        if (status.Code != GrpcCode.Ok)
        {
            span?.SetStatus(ActivityStatusCode.Error, status.Message);
        }
    }

    // Two places of daprd miss it, each in words of its own; the first looks at what is no API, and only while spans are not switched off.
    private string NoTarget(string path) => services.Tracing.TakesBaggage && !IsApi(path)
        ? $"cannot proxy request: missing {CalleeId} or {AppId} metadata"
        : $"failed to proxy request: required metadata {CalleeId} or {AppId} not found";

    private static bool IsApi(string path) =>
        path.StartsWith("/dapr.proto.internals.", StringComparison.Ordinal) || path.StartsWith("/dapr.proto.runtime.", StringComparison.Ordinal) || path.StartsWith("/TaskHubSidecarService", StringComparison.Ordinal);

    private static bool Streams(IHeaderDictionary headers) => headers.TryGetValue(IsStream, out var stream) && Truths.Contains(stream.ToString());

    private static string IdOf(string target) => target.Split('.')[0];
}
