using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Conformance;

/// <summary>The scripted HTTP app (or plain server) of a scenario.</summary>
internal sealed class FakeApp(string name, JsonObject script, Placeholders placeholders, Func<int>? sidecarPort) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<JsonNode, int> _turns = new();
    private WebApplication? _server;

    /// <summary>A request the app got.</summary>
    internal sealed record Seen(string App, string Method, string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body, long Ticks)
    {
        /// <summary>The connection ended before the body did; Kestrel drops the last piece of such a body.</summary>
        public bool IsCut { get; init; }
    }

    /// <summary>The port.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>True while it does not listen at the scenario's start.</summary>
    public bool Down => script["down"]?.GetValue<bool>() == true;

    /// <summary>Gets every request; of a span collector, nothing.</summary>
    public required ConcurrentQueue<Seen> Requests { get; init; }

    /// <summary>The spans that came, when it is a fake Zipkin.</summary>
    public ConcurrentQueue<JsonObject> Spans { get; } = new();

    /// <summary>Whether it speaks gRPC.</summary>
    public bool IsGrpc => script["protocol"]?.GetValue<string>() == "grpc";

    private bool CollectsSpans => script["collectSpans"]?.GetValue<bool>() == true;

    /// <summary>Listens.</summary>
    public async Task StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = null;
            options.Limits.MinRequestBodyDataRate = null;
            options.ListenLocalhost(Port, listen => listen.Protocols = IsGrpc ? HttpProtocols.Http2 : HttpProtocols.Http1);
        });
        _server = builder.Build();
        _server.Run(IsGrpc ? new Grpc.GrpcAnswers(name, script, placeholders, Requests).AnswerAsync : AnswerAsync);
        await _server.StartAsync();
    }

    /// <summary>Stops listening.</summary>
    public async Task StopAsync()
    {
        if (_server is not null)
        {
            using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            await _server.StopAsync(now.Token);
            await _server.DisposeAsync();
            _server = null;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        using var body = new MemoryStream();
        var isCut = false;
        try
        {
            await context.Request.Body.CopyToAsync(body);
        }
        catch (IOException)
        {
            isCut = true;
        }

        var headers = context.Request.Headers.ToDictionary(pair => pair.Key.ToLowerInvariant(), pair => pair.Value.ToString(), StringComparer.Ordinal);
        if (!CollectsSpans)
        {
            Requests.Enqueue(new Seen(name, context.Request.Method, target, headers, body.ToArray(), Stopwatch.GetTimestamp()) { IsCut = isCut });
        }
        else if (JsonNode.Parse(body.ToArray()) is JsonArray spans)
        {
            spans.ToList().ForEach(span => Spans.Enqueue(span!.AsObject()));
        }

        var answer = Find(context.Request.Method, target.Split('?')[0]);
        if (answer is null)
        {
            context.Response.StatusCode = 404;
            return;
        }

        await WriteAsync(context, answer, body.ToArray());
    }

    private JsonObject? Find(string method, string path)
    {
        foreach (var route in (script["routes"] as JsonArray ?? []).Select(node => node!.AsObject()))
        {
            var wanted = route["path"]!.GetValue<string>();
            var fits = wanted.EndsWith('*') ? path.StartsWith(wanted[..^1], StringComparison.Ordinal) : path == wanted;
            if (!fits || (route["method"] is { } verb && verb.GetValue<string>() != method))
            {
                continue;
            }

            if (route["answers"] is JsonArray answers)
            {
                var turn = _turns.AddOrUpdate(route, 0, (_, before) => before + 1);
                return answers[Math.Min(turn, answers.Count - 1)]!.AsObject();
            }

            return route["answer"]?.AsObject() ?? [];
        }

        return null;
    }

    private async Task WriteAsync(HttpContext context, JsonObject answer, byte[] request)
    {
        if (answer["delayMs"] is { } delay)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(delay.GetValue<double>()), TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        if (answer["drop"]?.GetValue<bool>() == true)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = answer["status"]?.GetValue<int>() ?? 200;
        foreach (var (key, value) in answer["headers"] as JsonObject ?? [])
        {
            context.Response.Headers[key] = value is JsonArray many ? many.Select(one => placeholders.Fill(one!.GetValue<string>())).ToArray() : placeholders.Fill(value!.GetValue<string>());
        }

        if (answer["echoBody"]?.GetValue<bool>() == true && context.Request.ContentType is { } type)
        {
            context.Response.ContentType ??= type;
        }

        var body = answer["callSidecar"] is JsonObject call ? await CallSidecarAsync(context, call, (call["forwardHeaders"] ?? answer["forwardHeaders"]) as JsonArray ?? [])
            : answer["echoBody"]?.GetValue<bool>() == true ? request
            : Bodies.Read(answer, placeholders) ?? [];
        if (context.Response.StatusCode is 204 or 304)
        {
            return;
        }

        if (answer["chunked"]?.GetValue<bool>() != true)
        {
            context.Response.ContentLength = body.Length;
        }

        await context.Response.Body.WriteAsync(body);
    }

    private async Task<byte[]> CallSidecarAsync(HttpContext context, JsonObject call, JsonArray forwardHeaders)
    {
        var headers = (call["headers"] as JsonObject ?? []).Select(pair => KeyValuePair.Create(pair.Key, placeholders.Fill(pair.Value!.GetValue<string>()))).ToList();
        foreach (var forward in forwardHeaders.Select(node => node!.GetValue<string>()))
        {
            if (context.Request.Headers.TryGetValue(forward, out var value))
            {
                headers.Add(KeyValuePair.Create(forward, value.ToString()));
            }
        }

        var answer = await RawHttp.SendAsync(sidecarPort!(), call["method"]?.GetValue<string>() ?? "GET", placeholders.Fill(call["path"]!.GetValue<string>()), headers, Bodies.Read(call, placeholders), chunked: false, context.RequestAborted);
        return Encoding.UTF8.GetBytes(new JsonObject { ["status"] = answer.Status, ["body"] = Encoding.UTF8.GetString(answer.Body) }.ToJsonString());
    }
}
