using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Sidecar.Components;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Bindings;

public sealed class InputBindingTests
{
    [Theory]
    [InlineData(200, true)]
    [InlineData(405, true)]
    [InlineData(404, false)]
    [InlineData(500, false)]
    public async Task Start_AppAnswersOptions_DecidesWhetherItGetsEvents(int options, bool wanted)
    {
        var events = new ConcurrentQueue<string>();
        await using var app = await FakeApp.StartAsync(context => AnswerAsync(context, events, options));
        await using var sidecar = await StartAsync(app, Cron("tick"), Cron("sure", ("direction", "input"), ("route", "/declared")));

        await Eventually.TrueAsync(() => events.Contains("/declared"), "the declared input gets its event without being asked");
        if (wanted)
        {
            await Eventually.TrueAsync(() => events.Contains("/tick"), "the app gets the event");
        }

        events.Contains("/tick").Should().Be(wanted);
        app.Seen.Count(request => request.Method == "OPTIONS").Should().Be(1);
        app.Seen.First(request => request.Method == "POST").Headers.Keys.Should().Contain(["readTimeUTC", "timeZone"]);
    }

    [Fact]
    public async Task Answer_WithStateAndTo_IsSavedAndSentAsTheApiReferenceSays()
    {
        await using var app = await FakeApp.StartAsync(context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync("""{"storeName":"mem","state":[{"key":"k","value":12345678901234567890}],"to":["files"],"data":{"b":1},"concurrency":"parallel"}""");
        });
        await using var sidecar = await StartAsync(
            app,
            Cron("tick"),
            "apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {name: mem}\nspec: {type: state.in-memory, version: v1, metadata: []}",
            "apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {name: files}\nspec: {type: bindings.localstorage, version: v1, metadata: [{name: rootPath, value: '{{dir}}/files'}]}");

        await Eventually.TrueAsync(async () => await sidecar.Client.GetStringAsync("v1.0/state/mem/k") == "12345678901234567890", "the state is saved");
        await Eventually.TrueAsync(
            () => Directory.GetFiles(Path.Combine(sidecar.Folder, "files")) is [var file, ..] && File.ReadAllText(file) == "{\"b\":1}", "the output binding got the data");
    }

    [Fact]
    public async Task Stop_WhileAnEventIsHandled_WaitsForIt()
    {
        var (started, release, finished) = (new TaskCompletionSource(), new TaskCompletionSource(), false);
        await using var app = await FakeApp.StartAsync(async context =>
        {
            if (HttpMethods.IsPost(context.Request.Method))
            {
                started.TrySetResult();
                await release.Task;
                finished = true;
            }
        });
        await using var sidecar = await StartAsync(app, Cron("tick"));
        await started.Task;

        var stop = sidecar.Runtime.StopAsync(CancellationToken.None);
        stop.IsCompleted.Should().BeFalse();
        release.SetResult();
        await stop;

        finished.Should().BeTrue();
    }

    private static Task<TestSidecar> StartAsync(FakeApp app, params string[] resources) => TestSidecar.StartAsync(new RunScope(), "app", app, resources);

    private static string Cron(string name, params (string Name, string Value)[] metadata) =>
        $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: {{name}}}
        spec:
          type: bindings.cron
          version: v1
          metadata: [{name: schedule, value: "@every 100ms"}{{string.Concat(metadata.Select(field => $", {{name: {field.Name}, value: {field.Value}}}"))}}]
        """;

    private static Task AnswerAsync(HttpContext context, ConcurrentQueue<string> events, int options)
    {
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            context.Response.StatusCode = options;
        }
        else if (HttpMethods.IsPost(context.Request.Method))
        {
            events.Enqueue(context.Request.Path);
        }

        return Task.CompletedTask;
    }
}
