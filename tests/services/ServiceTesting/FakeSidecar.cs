using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServiceDefaults;
using Testing;

namespace ServiceTesting;

/// <summary>
/// A sidecar with nothing behind it: serves secrets and state from memory, records what is published and invoked, and answers
/// invocations as the test scripts them.
/// </summary>
public sealed class FakeSidecar : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<PublishedEvent> _published = new();
    private readonly ConcurrentQueue<FakeRequest> _invocations = new();
    private readonly ConcurrentDictionary<string, string> _state = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly List<(string AppId, string Method, string Path, Func<FakeRequest, Task<FakeAnswer>> Answer)> _routes = [];

    private FakeSidecar()
    {
        Port = FreePort.Next();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{Port}");
        builder.Services.AddRoutingCore();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        Map();
    }

    /// <summary>The HTTP port.</summary>
    public int Port { get; }

    /// <summary>Secrets by name, of any store.</summary>
    public ConcurrentDictionary<string, string> Secrets { get; } = new(StringComparer.Ordinal);

    /// <summary>While false, the health endpoints answer 500.</summary>
    public bool Ready { get; set; } = true;

    /// <summary>While true, publishing fails with 500.</summary>
    public bool RefusePublish { get; set; }

    /// <summary>All messages published so far.</summary>
    public IReadOnlyCollection<PublishedEvent> Published => _published;

    /// <summary>All invocations so far.</summary>
    public IReadOnlyCollection<FakeRequest> Invocations => _invocations;

    /// <summary>Starts one on a free port.</summary>
    public static async Task<FakeSidecar> StartAsync()
    {
        var sidecar = new FakeSidecar();
        await sidecar._app.StartAsync();
        return sidecar;
    }

    /// <summary>Scripts the answer to an invocation; the latest script that fits wins.</summary>
    /// <param name="method">GET, POST, ... or `*`.</param>
    /// <param name="path">The whole path; a `*` at the end stands for any rest.</param>
    public FakeSidecar OnInvoke(string appId, string method, string path, Func<FakeRequest, Task<FakeAnswer>> answer)
    {
        lock (_gate)
        {
            _routes.Insert(0, (appId, method, path, answer));
        }

        return this;
    }

    /// <summary>Scripts the answer to an invocation; the latest script that fits wins.</summary>
    public FakeSidecar OnInvoke(string appId, string method, string path, Func<FakeRequest, FakeAnswer> answer) =>
        OnInvoke(appId, method, path, request => Task.FromResult(answer(request)));

    /// <summary>Publishes these keys in the name of Users.</summary>
    public FakeSidecar ServeKeys(TestTokens tokens) => OnInvoke("users", "GET", "/api/v1/auth/jwks", _ => FakeAnswer.Ok(tokens.Keys));

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private void Map()
    {
        _app.Use(async (context, next) =>
        {
            if (context.Request.Headers["dapr-app-id"].ToString() is { Length: > 0 } appId)
            {
                await InvokeAsync(context, appId, context.Request.Path);
                return;
            }

            await next(context);
        });
        _app.UseRouting();
        _app.MapGet("/v1.0/healthz", Health);
        _app.MapGet("/v1.0/healthz/outbound", Health);
        _app.MapGet("/v1.0/secrets/{store}/{name}", (HttpContext context, string name) => Secrets.TryGetValue(name, out var value)
            ? Write(context, FakeAnswer.Ok(new Dictionary<string, string> { [name] = value }))
            : Write(context, new FakeAnswer(204)));
        _app.MapPost("/v1.0/publish/{pubsub}/{**topic}", PublishAsync);
        _app.Map("/v1.0/invoke/{appId}/method/{**path}", (HttpContext context, string appId, string path) => InvokeAsync(context, appId, "/" + path));
        MapState();
    }

    private void MapState()
    {
        _app.MapGet("/v1.0/state/{store}/{**key}", (HttpContext context, string store, string key) =>
            Write(context, _state.TryGetValue($"{store}/{key}", out var value) ? new FakeAnswer(200, value) : new FakeAnswer(204)));
        _app.MapDelete("/v1.0/state/{store}/{**key}", (HttpContext context, string store, string key) =>
        {
            _state.TryRemove($"{store}/{key}", out _);
            return Write(context, new FakeAnswer(204));
        });
        _app.MapPost("/v1.0/state/{store}", async (HttpContext context, string store) =>
        {
            foreach (var item in JsonElement.Parse(await BodyAsync(context)).EnumerateArray())
            {
                _state[$"{store}/{item.GetProperty("key").GetString()}"] = item.GetProperty("value").GetRawText();
            }

            await Write(context, new FakeAnswer(204));
        });
    }

    private Task Health(HttpContext context) => Write(context, new FakeAnswer(Ready ? 204 : 500));

    private async Task PublishAsync(HttpContext context)
    {
        var body = await BodyAsync(context);
        if (RefusePublish)
        {
            await Write(context, new FakeAnswer(500, new { errorCode = "ERR_PUBSUB_PUBLISH_MESSAGE", message = "refused by the test" }));
            return;
        }

        var route = context.Request.RouteValues;
        _published.Enqueue(new PublishedEvent((string)route["pubsub"]!, (string)route["topic"]!, context.Request.ContentType ?? "", JsonElement.Parse(body)));
        await Write(context, new FakeAnswer(204));
    }

    private async Task InvokeAsync(HttpContext context, string appId, string path)
    {
        var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var request = new FakeRequest(appId, context.Request.Method, path, context.Request.QueryString.Value ?? "", headers, await BodyAsync(context));
        _invocations.Enqueue(request);
        var answer = Find(request) is { } script
            ? await script(request)
            : new FakeAnswer(500, new { errorCode = "ERR_DIRECT_INVOKE", message = $"failed to invoke, id: {appId}, err: no script for {request.Method} {path}" });
        await Write(context, answer);
    }

    private Func<FakeRequest, Task<FakeAnswer>>? Find(FakeRequest request)
    {
        lock (_gate)
        {
            return _routes.FirstOrDefault(route => route.AppId == request.AppId && (route.Method == "*" || route.Method == request.Method) && Fits(route.Path, request.Path)).Answer;
        }
    }

    private static bool Fits(string pattern, string path) =>
        pattern.EndsWith('*') ? path.StartsWith(pattern[..^1], StringComparison.Ordinal) : pattern == path;

    private static async Task<string> BodyAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        return await reader.ReadToEndAsync(context.RequestAborted);
    }

    private static async Task Write(HttpContext context, FakeAnswer answer)
    {
        context.Response.StatusCode = answer.Status;
        if (answer.Body is not null)
        {
            context.Response.ContentType = answer.ContentType;
            await context.Response.WriteAsync(answer.Body as string ?? JsonSerializer.Serialize(answer.Body, ServiceJson.Options), context.RequestAborted);
        }
    }
}
