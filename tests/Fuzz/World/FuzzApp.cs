using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Api.Http;

namespace Fuzz.World;

/// <summary>The app behind a sidecar: takes everything, and notes what must never reach it.</summary>
internal sealed class FuzzApp : IAsyncDisposable
{
    /// <summary>The header that marks an answer as the app's own, whatever its status.</summary>
    public const string Mark = "x-fuzz-app";

    private const string Subscriptions = """
        [{"pubsubname":"pubsub","topic":"t","route":"/t"},
         {"pubsubname":"pubsub","topic":"raw","route":"/raw","metadata":{"rawPayload":"true"}},
         {"pubsubname":"pubsub","topic":"bulk","route":"/bulk","bulkSubscribe":{"enabled":true}},
         {"pubsubname":"pubsub","topic":"forbidden","route":"/forbidden"},
         {"pubsubname":"pubsub","topic":"ruled","routes":{"rules":[{"match":"event.type == 'a' && event.data.n > 1","path":"/a"},{"match":"event.data.x.startsWith('y')","path":"/b"}],"default":"/other"}}]
        """;

    private readonly KestrelEndpoint _endpoint;
    private readonly Func<HttpContext, string?> _judge;

    private readonly bool _takesPart;

    private FuzzApp(Func<HttpContext, string?> judge, bool takesPart)
    {
        _judge = judge;
        _takesPart = takesPart;
        _endpoint = new KestrelEndpoint("127.0.0.1", 0, HttpProtocols.Http1, limits => limits.MaxRequestBodySize = null, HandleAsync, NullLoggerFactory.Instance);
    }

    public int Port => _endpoint.Port;

    /// <summary>What reached the app and must not.</summary>
    public ConcurrentQueue<string> Violations { get; } = new();

    /// <param name="judge">What is wrong with a request that is not one of the sidecar's own questions; null when nothing is.</param>
    /// <param name="takesPart">Whether the app subscribes and hosts actors.</param>
    public static async Task<FuzzApp> StartAsync(Func<HttpContext, string?> judge, bool takesPart)
    {
        var app = new FuzzApp(judge, takesPart);
        await app._endpoint.StartAsync(CancellationToken.None);
        return app;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _endpoint.StopAsync(now.Token);
        await _endpoint.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        context.Response.Headers[Mark] = "1";
        switch (context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget)
        {
            case "/dapr/config":
                await context.Response.WriteAsync(_takesPart ? """{"entities":["T"]}""" : "{}");
                return;
            case "/dapr/subscribe":
                await context.Response.WriteAsync(_takesPart ? Subscriptions : "[]");
                return;
        }

        var problem = context.Request.Headers.ContainsKey("X-Smuggled") ? "a header out of a value" : _judge(context);
        if (problem is not null)
        {
            var headers = string.Join("", context.Request.Headers.Select(header => $"\n    {header.Key}: {header.Value}"));
            Violations.Enqueue($"{problem}: {context.Request.Method} {context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget}{headers}");
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (body.TryGetBuffer(out var bytes) && bytes.AsSpan().IndexOf("99"u8) >= 0)
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }
}
