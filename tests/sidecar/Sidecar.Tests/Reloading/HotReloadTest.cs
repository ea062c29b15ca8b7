using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sidecar.Components;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Reloading;

/// <summary>A sidecar whose resource files change, and an app that notes its calls: <c>/fails</c> fails, <c>/slow</c> waits for <see cref="AnswerSlowCalls"/>.</summary>
public abstract class HotReloadTest : IAsyncLifetime
{
    private readonly ConcurrentQueue<(string Path, string Body)> _got = new();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private FakeApp _app = null!;
    private TestSidecar? _sidecar;

    private protected TestSidecar Sidecar { get => _sidecar!; set => _sidecar = value; }

    private protected int AppPort => _app.Port;

    public async Task InitializeAsync() => _app = await FakeApp.StartAsync(AnswerAsync);

    public async Task DisposeAsync()
    {
        AnswerSlowCalls();
        if (_sidecar is not null)
        {
            await _sidecar.DisposeAsync();
        }

        await _app.DisposeAsync();
    }

    private protected void AnswerSlowCalls() => _gate.TrySetResult();

    private protected async Task StartAsync(params string[] resources) =>
        Sidecar = await TestSidecar.StartAsync(new RunScope(), "app", _app, resources.Select(Fill));

    /// <summary>Writes files (an empty one is removed; "00" is the first of the start) and has them taken.</summary>
    private protected Task<IReadOnlyList<string>> TakeAsync(params (string Name, string Text)[] files)
    {
        Array.ForEach(files, file => Write(file.Name, Fill(file.Text)));
        return Sidecar.Runtime.ReloadAsync(CancellationToken.None);
    }

    private protected void Write(string name, string text)
    {
        var path = Path.Combine(Sidecar.Folder, name == "one" ? "00.yaml" : name + ".yaml");
        File.WriteAllText(path, text);
        if (text.Length == 0)
        {
            File.Delete(path);
        }
    }

    private protected async Task SaveAsync(string store, string key) =>
        (await Sidecar.Client.PostAsJsonAsync($"v1.0/state/{store}", new[] { new { key, value = 1 } })).EnsureSuccessStatusCode();

    private protected async Task PublishAsync(string text) => (await Sidecar.Client.PostAsJsonAsync("v1.0/publish/ps/t", text)).EnsureSuccessStatusCode();

    private protected async Task<int> StatusAsync(string path)
    {
        using var answer = await Sidecar.Client.GetAsync($"v1.0/{path}");
        return (int)answer.StatusCode;
    }

    private protected int Calls(string path) => _got.Count(got => got.Path == path);

    private protected HashSet<string> Delivered(string path) => [.. _got.Where(got => got.Path == path).Select(got => JsonDocument.Parse(got.Body).RootElement.GetProperty("data").GetString()!)];

    private protected static string Subscription(string path) => $$"""
        apiVersion: dapr.io/v2alpha1
        kind: Subscription
        metadata: { name: sub }
        spec: { pubsubname: ps, topic: t, routes: { default: {{path}} } }
        """;

    private string Fill(string resource) => resource.Replace("{{app}}", $"http://127.0.0.1:{_app.Port}", StringComparison.Ordinal);

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/dapr"))
        {
            context.Response.StatusCode = 404;
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        _got.Enqueue((context.Request.Path, await reader.ReadToEndAsync()));
        switch (context.Request.Path.Value)
        {
            case "/fails":
                context.Response.StatusCode = 503;
                break;
            case "/slow":
                await _gate.Task;
                await context.Response.WriteAsync("slow");
                break;
            case "/quick":
                await context.Response.WriteAsync("quick");
                break;
        }
    }
}
