using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Actors;

/// <summary>An app that hosts actors and records what it gets.</summary>
internal sealed class ActorApp : IAsyncDisposable
{
    private int _running;

    public const string Store = "apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata:\n  name: actorstore\nspec:\n  type: state.in-memory\n  version: v1\n  metadata:\n  - name: actorStateStore\n    value: \"true\"\n";

    public FakeApp App { get; private set; } = null!;

    public int Port => App.Port;

    public ConcurrentQueue<(string Method, string Path, string Body)> Calls { get; } = new();

    /// <summary>The most calls that were under way at once.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>What a method does before it answers.</summary>
    public Func<Task> Work { get; set; } = () => Task.CompletedTask;

    public static string PostgresStore(PostgresDatabase database) =>
        $"apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata:\n  name: actorstore\nspec:\n  type: state.postgresql\n  version: v2\n  metadata:\n  - name: actorStateStore\n    value: \"true\"\n  - name: connectionString\n    value: \"{database.KeyValueConnectionString}\"\n";

    public static async Task<ActorApp> StartAsync(string config, int port = 0)
    {
        var app = new ActorApp();
        app.App = await FakeApp.StartAsync(context => app.AnswerAsync(context, config), port);
        return app;
    }

    public IEnumerable<string> At(string path) => Calls.Where(call => call.Path == path).Select(call => call.Body);

    public ValueTask DisposeAsync() => App.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, string config)
    {
        if (context.Request.Path == "/dapr/config")
        {
            await context.Response.WriteAsync(config);
            return;
        }

        MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _running));
        using var reader = new StreamReader(context.Request.Body);
        Calls.Enqueue((context.Request.Method, context.Request.Path.Value!, await reader.ReadToEndAsync()));
        await Work();
        Interlocked.Decrement(ref _running);
        await context.Response.WriteAsync("done");
    }
}
