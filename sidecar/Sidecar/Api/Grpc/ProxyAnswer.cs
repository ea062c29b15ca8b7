using System.Net;
using Microsoft.AspNetCore.Http;
using Sidecar.Invocation;
using Sidecar.Resiliency;

namespace Sidecar.Api.Grpc;

/// <summary>What an attempt of a proxied call came to. An answer with messages has gone to the caller; one without is a status that a policy may still try to better.</summary>
/// <param name="Status">The status.</param>
/// <param name="Response">The answer without messages; null when there is none, or it has gone.</param>
/// <param name="IsSent">The caller has the answer.</param>
internal sealed record ProxyAnswer(GrpcStatus Status, HttpResponseMessage? Response = null, bool IsSent = false)
{
    // The connection's own headers.
    private static readonly HashSet<string> NotForwarded = new(StringComparer.OrdinalIgnoreCase) { "Connection", "Content-Type", "Content-Length", "Transfer-Encoding", "Upgrade", "Date", "Server", "Trailer" };

    /// <summary>No repetition helps: the request itself cannot be passed on.</summary>
    public bool IsPermanent { get; init; }

    /// <summary>How it counts for a policy.</summary>
    public AttemptOutcome Outcome => new(Status.Code != GrpcCode.Ok, (int)Status.Code, IsPermanent || IsSent);

    /// <summary>Takes an app's answer: sends it on from its first message, or returns it when it has none.</summary>
    public static async Task<ProxyAnswer> TakeAsync(HttpContext context, HttpResponseMessage from, bool isEager, CancellationToken cancellationToken)
    {
        if (from.StatusCode != HttpStatusCode.OK)
        {
            from.Dispose();
            return new ProxyAnswer(GrpcApp.StatusOf(from));
        }

        var body = await from.Content.ReadAsStreamAsync(cancellationToken);
        var isTrailersOnly = from.Headers.NonValidated.Contains(GrpcHeaders.Status);
        if (isEager && !isTrailersOnly)
        {
            await StartAsync(context.Response, from, cancellationToken);
        }

        var first = new byte[16 * 1024];
        var read = isTrailersOnly ? 0 : await body.ReadAsync(first, cancellationToken);
        if (read == 0 && !context.Response.HasStarted)
        {
            return new ProxyAnswer(GrpcApp.StatusOf(from), from);
        }

        using (from)
        {
            return await SendAsync(context.Response, from, first.AsMemory(0, read), body, cancellationToken);
        }
    }

    /// <summary>Gives the caller an answer without messages.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        if (Response is null)
        {
            await GrpcServer.RefuseAsync(context, Status);
            return;
        }

        using (Response)
        {
            CopyHeaders(context.Response, Response);
            if (!context.Response.Headers.ContainsKey(GrpcHeaders.Status))
            {
                await context.Response.StartAsync(context.RequestAborted);
            }

            await EndAsync(context.Response, Response);
        }
    }

    private static async Task<ProxyAnswer> SendAsync(HttpResponse to, HttpResponseMessage from, ReadOnlyMemory<byte> first, Stream rest, CancellationToken cancellationToken)
    {
        if (!to.HasStarted)
        {
            await StartAsync(to, from, cancellationToken);
        }

        await to.Body.WriteAsync(first, cancellationToken);
        await to.Body.FlushAsync(cancellationToken);
        await ProxyRequest.PumpAsync(rest, to.Body, cancellationToken);
        await EndAsync(to, from);
        return new ProxyAnswer(GrpcApp.StatusOf(from), IsSent: true);
    }

    private static async Task StartAsync(HttpResponse to, HttpResponseMessage from, CancellationToken cancellationToken)
    {
        CopyHeaders(to, from);
        await to.StartAsync(cancellationToken);
        await to.BodyWriter.FlushAsync(cancellationToken);
    }

    private static Task EndAsync(HttpResponse to, HttpResponseMessage from)
    {
        foreach (var (name, values) in from.TrailingHeaders.NonValidated)
        {
            to.AppendTrailer(name, new([.. values]));
        }

        return to.CompleteAsync();
    }

    private static void CopyHeaders(HttpResponse to, HttpResponseMessage from)
    {
        foreach (var (name, values) in from.Headers.NonValidated)
        {
            if (!NotForwarded.Contains(name))
            {
                to.Headers[name] = new([.. values]);
            }
        }
    }
}
