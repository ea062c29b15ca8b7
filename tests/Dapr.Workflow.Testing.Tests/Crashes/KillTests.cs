using Dapr.Workflow.Testing.Tests.Plans;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Dapr.Workflow.Testing.Tests.Crashes;

/// <summary>What the simulation shows, once more with a host that is really killed, a real database, and the SDK's worker and client over the wire.</summary>
[Trait("Speed", "Slow")]
public sealed class KillTests : IAsyncLifetime
{
    private const int Workflows = 40;
    private const int Kills = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly PlanApp _app = new();
    private PostgresDatabase _database = null!;
    private KilledHost _host = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresDatabase.CreateAsync();
        _host = new KilledHost(_database);
        await _host.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Kill_AgainAndAgain_EveryWorkflowEndsWithItsResultAndItsEffects()
    {
        var source = new PlanSource(new Random(17));
        var plans = Enumerable.Range(0, Workflows).Select(i => (Id: $"w{i}", Plan: source.Next())).ToList();
        await using var services = App();
        var worker = services.GetRequiredService<IHostedService>();
        await worker.StartAsync(CancellationToken.None);
        var client = services.GetRequiredService<DaprWorkflowClient>();
        await Task.WhenAll(plans.Select(each => StartAsync(client, each.Id, each.Plan)));

        for (var kill = 0; kill < Kills; kill++)
        {
            var before = _app.Effects.Count;
            await Eventually.TrueAsync(() => _app.Effects.Count > before, $"work goes on after {kill} kills");
            await _host.KillAsync();
            await _host.StartAsync();
        }

        var results = await Task.WhenAll(plans.Select(each => EndAsync(client, each.Id)));
        await worker.StopAsync(CancellationToken.None);

        results.Should().Equal(plans.Select(each => each.Plan.Result()));
        _app.Effects.Should().BeEquivalentTo(plans.SelectMany(each => each.Plan.Effects()));
    }

    private static async Task StartAsync(DaprWorkflowClient client, string id, Plan plan)
    {
        await client.ScheduleNewWorkflowAsync(nameof(PlanWorkflow), id, new PlanRun(plan));
        foreach (var name in plan.Events())
        {
            await client.RaiseEventAsync(id, name, Plan.Payload(name));
        }
    }

    private static async Task<string?> EndAsync(DaprWorkflowClient client, string id)
    {
        var state = await client.WaitForWorkflowCompletionAsync(id).WaitAsync(Patience, TimeProvider.System);
        return state.RuntimeStatus == WorkflowRuntimeStatus.Completed ? state.ReadOutputAs<string>() : $"{state.RuntimeStatus}: {state.FailureDetails?.ErrorMessage}";
    }

    private ServiceProvider App()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("DAPR_GRPC_ENDPOINT", (string?)_host.GrpcEndpoint)]).Build();
        return new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddLogging().AddDaprWorkflow(_app.Register).BuildServiceProvider();
    }
}
