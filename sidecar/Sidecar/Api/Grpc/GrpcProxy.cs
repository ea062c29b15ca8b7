using System.Net;
using Microsoft.AspNetCore.Http;
using Sidecar.Invocation;
using Sidecar.NameResolution;

namespace Sidecar.Api.Grpc;

/// <summary>
/// Carries calls of services that the sidecar does not have to the app that metadata <c>dapr-app-id</c> names: frames, metadata and
/// trailers as they are, both directions at once.
/// </summary>
internal sealed class GrpcProxy(string appId, ICallee self, AppRegistry apps, UnknownApps unknown)
{
    private const string CalleeId = "dapr-callee-app-id";
    private const string CallerId = "dapr-caller-app-id";
    private const string AppId = "dapr-app-id";

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
            await GrpcServer.RefuseAsync(context, new GrpcStatus(GrpcCode.Unknown, $"failed to proxy request: required metadata {CalleeId} or {AppId} not found"));
            return;
        }

        var id = target.Split('.')[0];
        if ((id == appId ? self : apps.Find(id)) is not { } found)
        {
            await GrpcServer.RefuseAsync(context, new GrpcStatus(GrpcCode.Unknown, unknown.Describe(id)));
            return;
        }

        if (found.FindGrpc(path, out var refusal) is not { } app)
        {
            await GrpcServer.RefuseAsync(context, refusal);
            return;
        }

        GrpcServer.PrepareTransport(context);
        using var request = CreateRequest(context, path, app, id);
        try
        {
            using var response = await app.Client.SendAsync(request, context.RequestAborted);
            await CopyAsync(context, response);
        }
        catch (Exception exception) when (!context.Response.HasStarted && exception is HttpRequestException or IOException)
        {
            await GrpcServer.RefuseAsync(context, new GrpcStatus(GrpcCode.Unavailable, TransportError.DescribeGrpc(request.RequestUri!, exception)));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            // Half an answer cannot be completed: the caller must see a broken stream, not an end.
            context.Abort();
        }
    }

    private HttpRequestMessage CreateRequest(HttpContext context, string path, GrpcApp app, string id)
    {
        var request = app.CreateRequest(path, new ProxyContent(context));
        foreach (var (name, values) in context.Request.Headers)
        {
            if (!NotForwarded.Contains(name) && name[0] != ':')
            {
                request.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        if (id != appId)
        {
            request.Headers.TryAddWithoutValidation(CallerId, appId);
            request.Headers.TryAddWithoutValidation(CalleeId, id);
        }

        return request;
    }

    private static async Task CopyAsync(HttpContext context, HttpResponseMessage from)
    {
        var to = context.Response;
        if (from.StatusCode != HttpStatusCode.OK)
        {
            await GrpcServer.RefuseAsync(context, GrpcApp.StatusOf(from));
            return;
        }

        foreach (var (name, values) in from.Headers.NonValidated)
        {
            if (!NotForwarded.Contains(name))
            {
                to.Headers[name] = new([.. values]);
            }
        }

        await using var body = await from.Content.ReadAsStreamAsync(context.RequestAborted);
        if (!to.Headers.ContainsKey(GrpcHeaders.Status))
        {
            await to.StartAsync(context.RequestAborted);
            await to.BodyWriter.FlushAsync(context.RequestAborted);
            await PumpAsync(body, to.Body, context.RequestAborted);
        }

        foreach (var (name, values) in from.TrailingHeaders.NonValidated)
        {
            to.AppendTrailer(name, new([.. values]));
        }

        await to.CompleteAsync();
    }

    private static async Task PumpAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            int read;
            while ((read = await from.ReadAsync(buffer, cancellationToken)) > 0)
            {
                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                await to.FlushAsync(cancellationToken);
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private sealed class ProxyContent(HttpContext context) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? transport) => PumpAsync(context.Request.Body, stream, context.RequestAborted);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? transport, CancellationToken cancellationToken) => PumpAsync(context.Request.Body, stream, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
