using Dapr.Workflow;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Benchmarks.Roles;

/// <summary>The app of the workflows: the SDK's worker with five activities in a row or side by side.</summary>
internal sealed class WorkerRole(string grpcPort) : IRole
{
    public const string Chained = "Chained";
    public const string Parallel = "Parallel";
    private const int Activities = 5;
    private readonly IHost _host = Build(grpcPort);

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

    private static IHost Build(string grpcPort)
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
        });
        return builder.Build();
    }
}
