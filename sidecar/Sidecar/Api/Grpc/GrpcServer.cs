using System.Collections.Frozen;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace Sidecar.Api.Grpc;

/// <summary>
/// gRPC over Kestrel's HTTP/2 without a gRPC library: dispatches by path, and ends every call with exactly one status. A
/// failure before the first byte of an answer is a trailers-only response, one after it travels in the trailers. What a
/// handler throws besides <see cref="GrpcException"/> is logged and reaches the client as UNKNOWN without its text.
/// </summary>
internal sealed partial class GrpcServer(IEnumerable<IGrpcApi> apis, GrpcServerOptions options, TimeProvider time, ILogger<GrpcServer> logger)
{
    private readonly FrozenDictionary<string, GrpcMethod> _methods =
        apis.SelectMany(api => api.Methods).ToFrozenDictionary(method => method.Path, StringComparer.Ordinal);

    /// <summary>
    /// Sets the limits an endpoint for gRPC needs. Waiting calls hold a stream each, so a limit of 100 would let a client's
    /// waits block its own completions; data rates are no measure for streams that are idle by nature.
    /// </summary>
    public static void ConfigureLimits(KestrelServerLimits limits)
    {
        limits.Http2.MaxStreamsPerConnection = 10_000;
        limits.Http2.InitialConnectionWindowSize = 4 * 1024 * 1024;
        limits.Http2.InitialStreamWindowSize = 1024 * 1024;

        // The heartbeat of workers: one whose process or host stands still loses its stream, and with it the work it has.
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
    }

    /// <summary>Whether a request is gRPC.</summary>
    public static bool IsGrpc(HttpRequest request) => GrpcHeaders.IsGrpc(request.ContentType);

    /// <summary>Whether a path is served here.</summary>
    public bool Serves(string path) => _methods.ContainsKey(path);

    /// <summary>Whether a call is served here in which one side sends more than one message.</summary>
    public bool Streams(string path) => _methods.TryGetValue(path, out var method) && method.IsStream;

    /// <summary>Ends a call that no building block serves (UNIMPLEMENTED) or that is refused before it is dispatched.</summary>
    public static Task RefuseAsync(HttpContext context, GrpcStatus? status = null)
    {
        PrepareTransport(context);
        return FinishAsync(context, status ?? Unknown(context.Request.Path.Value ?? ""));
    }

    /// <summary>Answers a gRPC request; the status is the one the client got.</summary>
    public async Task<GrpcStatus> HandleAsync(HttpContext context)
    {
        PrepareTransport(context);
        var path = context.Request.Path.Value ?? "";
        var method = _methods.GetValueOrDefault(path);
        var deadline = GrpcHeaders.ParseTimeout(context.Request.Headers[GrpcHeaders.Timeout]);
        using var timeout = deadline is { } after ? new CancellationTokenSource(after, time) : new CancellationTokenSource();
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, timeout.Token);
        var status = method is null
            ? Unknown(path)
            : options.Authorize?.Invoke(context.Request) ?? await RunAsync(context, method, timeout, linked.Token);
        await FinishAsync(context, status);
        return status;
    }

    private static GrpcStatus Unknown(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash <= 0
            ? new(GrpcCode.Unimplemented, $"malformed method name: \"{path}\"")
            : new(GrpcCode.Unimplemented, $"unknown method {path[(slash + 1)..]} for service {path[1..slash]}");
    }

    /// <summary>Lifts the transport's limits that are not gRPC's.</summary>
    public static void PrepareTransport(HttpContext context)
    {
        context.Response.ContentType = GrpcHeaders.ContentType;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    private static async Task FinishAsync(HttpContext context, GrpcStatus status)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        var code = ((int)status.Code).ToString(CultureInfo.InvariantCulture);
        var response = context.Response;
        if (response.HasStarted)
        {
            response.AppendTrailer(GrpcHeaders.Status, code);
            AppendMessage(status, (name, value) => response.AppendTrailer(name, value));
        }
        else
        {
            response.Headers[GrpcHeaders.Status] = code;
            AppendMessage(status, (name, value) => response.Headers[name] = value);
        }

        await response.CompleteAsync();
    }

    private static void AppendMessage(GrpcStatus status, Action<string, string> append)
    {
        if (status.Message.Length > 0)
        {
            append(GrpcHeaders.Message, status.EncodedMessage);
        }

        if (status.EncodedDetails is { } details)
        {
            append(GrpcHeaders.Details, details);
        }
    }

    private async Task<GrpcStatus> RunAsync(HttpContext context, GrpcMethod method, CancellationTokenSource timeout, CancellationToken cancellation)
    {
        var call = new GrpcCall(context, method.MaxMessageSize ?? options.MaxMessageSize, cancellation);
        try
        {
            await method.Handle(call);
            return GrpcStatus.Ok;
        }
        catch (GrpcException e)
        {
            if (call is { HasMetadata: true, HeadersSent: false })
            {
                // Metadata are headers; without these leaving first they would count as trailers.
                await call.SendHeadersAsync();
            }

            return e.Status;
        }
        catch (Exception e) when (cancellation.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            return timeout.IsCancellationRequested
                ? new(GrpcCode.DeadlineExceeded, "context deadline exceeded")
                : new(GrpcCode.Cancelled, "context canceled");
        }
        catch (OperationCanceledException)
        {
            return new(GrpcCode.Unavailable, "the sidecar is stopping");
        }
        catch (Exception e)
        {
            Log.HandlerFailed(logger, e, method.Path);
            return new(GrpcCode.Unknown, "internal error; the sidecar's log has the details");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3001, LogLevel.Error, "gRPC call {Path} failed")]
        public static partial void HandlerFailed(ILogger logger, Exception exception, string path);
    }
}
