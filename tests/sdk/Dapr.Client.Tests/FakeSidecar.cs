using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Dapr.Client.Tests;

/// <summary>A sidecar's HTTP port: records each request and answers what the test says (204 by default).</summary>
internal sealed class FakeSidecar : IAsyncDisposable
{
    private readonly WebApplication app;
    private Func<SidecarRequest, SidecarAnswer> answer = _ => new SidecarAnswer(204);

    private FakeSidecar()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Endpoint);
        app = builder.Build();
        app.Run(HandleAsync);
    }

    public string Endpoint { get; } = $"http://127.0.0.1:{FreePort.Next()}";

    public ConcurrentQueue<SidecarRequest> Requests { get; } = [];

    public static async Task<FakeSidecar> StartAsync()
    {
        var sidecar = new FakeSidecar();
        await sidecar.app.StartAsync();
        return sidecar;
    }

    public DaprClient Client(Action<DaprClientBuilder>? configure = null)
    {
        var builder = new DaprClientBuilder().UseHttpEndpoint(Endpoint).UseDaprApiToken("secret");
        configure?.Invoke(builder);
        return builder.Build();
    }

    public void Answer(int status, string body = "", params (string Name, string Value)[] headers) => answer = _ => new SidecarAnswer(status, body, headers);

    public void Answer(Func<SidecarRequest, SidecarAnswer> give) => answer = give;

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var request = new SidecarRequest(context.Request.Method, target, await reader.ReadToEndAsync(), headers);
        Requests.Enqueue(request);
        var (status, body, given) = answer(request);
        context.Response.StatusCode = status;
        foreach (var (name, value) in given ?? [])
        {
            context.Response.Headers[name] = value;
        }

        if (status != 204)
        {
            await context.Response.WriteAsync(body);
        }
    }
}

internal sealed record SidecarRequest(string Method, string Target, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public string Line => $"{Method} {Target}";
}

internal sealed record SidecarAnswer(int Status, string Body = "", (string Name, string Value)[]? Headers = null);
