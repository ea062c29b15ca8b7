using Dapr.Workflow;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Benchmarks.Roles;

/// <summary>The app of the workflows: the SDK's worker with five activities in a row or side by side, and workflows that do hardly anything but be there.</summary>
internal sealed class WorkerRole(string grpcPort, string gate) : IRole
{
    public const string Chained = "Chained";
    public const string Parallel = "Parallel";

    /// <summary>Ends in its first turn.</summary>
    public const string Quick = "Quick";

    /// <summary>Ends at the time that is its input.</summary>
    public const string Sleeper = "Sleeper";

    /// <summary>Waits for an event that nobody raises.</summary>
    public const string Waiter = "Waiter";

    /// <summary>Ends when its activity has passed the gate.</summary>
    public const string Held = "Held";

    /// <summary>Activities at the gate end.</summary>
    public const string Open = "open";

    /// <summary>Activities at the gate stay there.</summary>
    public const string Closed = "closed";
    private const int Activities = 5;
    private readonly IHost _host = Build(grpcPort, gate);

    public async Task<IReadOnlyList<int>> StartAsync()
    {
        await _host.StartAsync();
        return [];
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private static IHost Build(string grpcPort, string gate)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("DAPR_GRPC_PORT", (string?)grpcPort)]);
        builder.Services.AddDaprWorkflow(options =>
        {
            options.RegisterActivity<int, int>("AddOne", (_, number) => Task.FromResult(number + 1));
            options.RegisterWorkflow<int, int>(Chained, async (context, number) =>
            {
                for (var i = 0; i < Activities; i++)
                {
                    number = await context.CallActivityAsync<int>("AddOne", number);
                }

                return number;
            });
            options.RegisterWorkflow<int, int>(Parallel, async (context, number) =>
                (await Task.WhenAll(Enumerable.Range(0, Activities).Select(_ => context.CallActivityAsync<int>("AddOne", number)))).Sum());
            options.RegisterActivity<int, int>("Gate", async (_, number) =>
            {
                await (gate == Open ? Task.CompletedTask : new TaskCompletionSource().Task);
                return number;
            });
            options.RegisterWorkflow<int, int>(Quick, (_, number) => Task.FromResult(number));
            options.RegisterWorkflow<int, int>(Held, (context, number) => context.CallActivityAsync<int>("Gate", number));
            options.RegisterWorkflow<int, string>(Waiter, (context, _) => context.WaitForExternalEventAsync<string>("never"));
            options.RegisterWorkflow<DateTime, int>(Sleeper, async (context, due) =>
            {
                await context.CreateTimer(due, CancellationToken.None);
                return 0;
            });
        });
        return builder.Build();
    }
}
