using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Api.Http;

namespace Sidecar.Tests.Hosting;

/// <summary>A small app behind a sidecar: records what it gets and answers as told.</summary>
internal sealed class FakeApp : IAsyncDisposable
{
    private readonly ConcurrentQueue<SeenRequest> _seen = new();
    private readonly KestrelEndpoint _endpoint;

    private FakeApp(Func<HttpContext, Task> answer, int port, HttpProtocols protocols)
    {
        _endpoint = new KestrelEndpoint("127.0.0.1", port, protocols, limits => limits.MaxRequestBodySize = null, context => HandleAsync(context, answer), NullLoggerFactory.Instance);
    }

    public int Port => _endpoint.Port;

    /// <summary>The requests so far, without the probes of the start.</summary>
    public IReadOnlyList<SeenRequest> Seen => [.. _seen.Where(request => request.Target is not ("/dapr/config" or "/dapr/subscribe"))];

    public IReadOnlyList<SeenRequest> Probes => [.. _seen.Where(request => request.Target is "/dapr/config" or "/dapr/subscribe")];

    public static async Task<FakeApp> StartAsync(Func<HttpContext, Task> answer, int port = 0, HttpProtocols protocols = HttpProtocols.Http1)
    {
        var app = new FakeApp(answer, port, protocols);
        await app._endpoint.StartAsync(CancellationToken.None);
        return app;
    }

    /// <summary>Answers 200 with the body and content type of the request.</summary>
    public static async Task EchoAsync(HttpContext context)
    {
        context.Response.ContentType = context.Request.ContentType;
        await context.Request.Body.CopyToAsync(context.Response.Body);
    }

    /// <summary>Answers with these statuses in turn, the last one again and again.</summary>
    public static Func<HttpContext, Task> Statuses(params int[] statuses)
    {
        var turn = -1;
        return context =>
        {
            if (context.Request.Path.StartsWithSegments("/dapr"))
            {
                return Task.CompletedTask;
            }

            context.Response.StatusCode = statuses[Math.Min(Interlocked.Increment(ref turn), statuses.Length - 1)];
            return context.Response.WriteAsync($"answer {turn + 1}");
        };
    }

    public async ValueTask DisposeAsync()
    {
        using var at = new CancellationTokenSource();
        await at.CancelAsync();
        await _endpoint.StopAsync(at.Token);
        await _endpoint.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context, Func<HttpContext, Task> answer)
    {
        var target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        var request = new SeenRequest(context.Request.Method, target, context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase));
        _seen.Enqueue(request);
        await answer(context);
    }
}

internal sealed record SeenRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers);
