using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Sidecar.Tests.Support;

/// <summary>What the app got.</summary>
internal sealed record Received(string Path, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();
}

/// <summary>An app behind a sidecar that subscribes, records events and answers as the test says.</summary>
internal sealed class SubscriberApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SubscriberApp(WebApplication app, int port)
    {
        _app = app;
        Port = port;
    }

    public int Port { get; }

    public ConcurrentQueue<Received> Received { get; } = new();

    /// <summary>Status and body of the answer to an event.</summary>
    public Func<Received, (int Status, string Body)> Answer { get; set; } = _ => (200, "");

    public static async Task<SubscriberApp> StartAsync(string subscriptions)
    {
        var port = FreePort.Next();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{port}");
        var web = builder.Build();
        var app = new SubscriberApp(web, port);
        web.Run(context => app.HandleAsync(context, subscriptions));
        await web.StartAsync();
        return app;
    }

    public IEnumerable<Received> At(string path) => Received.Where(received => received.Path == path);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context, string subscriptions)
    {
        if (context.Request.Path == "/dapr/subscribe")
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(subscriptions);
            return;
        }

        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.StatusCode = 404;
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        var received = new Received(context.Request.Path, await reader.ReadToEndAsync(), context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase));
        Received.Enqueue(received);
        var (status, body) = Answer(received);
        context.Response.StatusCode = status;
        await context.Response.WriteAsync(body);
    }
}
