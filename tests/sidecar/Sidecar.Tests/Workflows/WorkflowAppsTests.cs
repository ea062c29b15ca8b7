using Dapr.DurableTask.Protobuf;
using Sidecar.Components;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Workflows;

/// <summary>Families of workflows over several apps: what ends one reaches them all; sidecars of one run find each other.</summary>
public sealed class WorkflowAppsTests : WorkflowAppsTest
{
    private const string ActorStore = """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: { name: st }
        spec: { type: state.in-memory, version: v1, metadata: [{ name: actorStateStore, value: "true" }] }
        """;

    [Fact]
    public async Task TerminateAndPurge_Recursive_ReachTheChildInTheOtherApp()
    {
        await using var bank = await StartBankAsync();
        await using var shopWorker = Worker(Shop);
        await using var bankWorker = Worker(bank);
        await Shop.StartAsync("ParentOfWaiting", "p1", "c1");
        await Eventually.TrueAsync(async () => (await bank.GetAsync("c1"))?.WorkflowStatus == OrchestrationStatus.Running, "the child runs");

        await Shop.CallAsync<TerminateRequest, TerminateResponse>("TerminateInstance", new TerminateRequest { InstanceId = "p1", Output = "\"enough\"", Recursive = true });
        (await bank.CompletionAsync("c1")).WorkflowStatus.Should().Be(OrchestrationStatus.Terminated);
        var purged = await Shop.CallAsync<PurgeInstancesRequest, PurgeInstancesResponse>("PurgeInstances", new PurgeInstancesRequest { InstanceId = "p1", Recursive = true });

        purged.DeletedInstanceCount.Should().Be(2);
        (await bank.GetAsync("c1")).Should().BeNull();
    }

    [Fact]
    public async Task Purge_RecursiveChildNamesItsOwnId_Ends()
    {
        await using var worker = Worker(Shop);
        await Shop.StartAsync("Parent", "x", "x");
        (await Shop.CompletionAsync("x")).Output.Should().Be("failed: WorkflowInstanceAlreadyExists");

        (await PurgeAsync(Shop, "x")).Should().Be(1);

        (await Shop.GetAsync("x")).Should().BeNull();
    }

    [Fact]
    public async Task Purge_RecursiveChildOfAnotherAppCallsBack_EndsAndPurgesBoth()
    {
        await using var bank = await StartBankAsync();
        await using var shopWorker = Worker(Shop);
        await using var bankWorker = Worker(bank, worker => worker.Workflows["Echo"] = events => InApp("shop", worker.Workflows["Parent"](WithInput(events, "p1"))));
        await Shop.StartAsync("ParentOfEcho", "p1", "c1");
        (await Shop.CompletionAsync("p1")).Output.Should().Be("failed: WorkflowInstanceAlreadyExists");

        (await PurgeAsync(Shop, "p1")).Should().Be(2);

        (await bank.GetAsync("c1")).Should().BeNull();
    }

    [Fact]
    public async Task Terminate_BeforeTheOtherAppIsThere_ChildStartsAndIsTerminated()
    {
        await using (Worker(Shop))
        {
            await Shop.StartAsync("ParentOfWaiting", "p1", "c1");
            await Shop.CallAsync<TerminateRequest, TerminateResponse>("TerminateInstance", new TerminateRequest { InstanceId = "p1", Recursive = true });
        }

        await using var bank = await StartBankAsync();
        await using var bankWorker = Worker(bank);

        await Eventually.TrueAsync(async () => (await bank.GetAsync("c1"))?.WorkflowStatus == OrchestrationStatus.Terminated, "the termination came after the start");
    }

    [Fact]
    public async Task Sidecars_OfOneRun_CallEachOthersAppsAndThoseOfAnotherRunDoNot()
    {
        var run = new RunScope();
        await using var shop = await TestSidecar.StartAsync(run, "shop", null, [ActorStore]);
        await using var bank = await TestSidecar.StartAsync(run, "bank", null, [ActorStore]);
        await using var stranger = await TestSidecar.StartAsync(new RunScope(), "bank", null, [ActorStore]);
        using var shopClient = ClientOf(shop);
        using var bankClient = ClientOf(bank);
        using var strangerClient = ClientOf(stranger);
        await using var shopWorker = Start(new FakeWorker(shopClient));
        await using var bankWorker = Start(new FakeWorker(bankClient));
        await using var strangerWorker = Start(new FakeWorker(strangerClient));

        foreach (var (workflow, id, input) in new[] { ("CallBank", "w1", "\"10 EUR\""), ("ParentOfEcho", "p1", "c1") })
        {
            await shopClient.CallAsync<CreateInstanceRequest, CreateInstanceResponse>("/TaskHubSidecarService/StartInstance", new CreateInstanceRequest { InstanceId = id, Name = workflow, Input = input }, TimeSpan.FromSeconds(10));
            var ended = await shopClient.CallAsync<GetInstanceRequest, GetInstanceResponse>("/TaskHubSidecarService/WaitForInstanceCompletion", new GetInstanceRequest { InstanceId = id, GetInputsAndOutputs = true }, TimeSpan.FromSeconds(10));
            ended.WorkflowState.Output.Should().Be(id == "w1" ? input : "\"from parent\"");
        }

        bankWorker.Activities.Should().ContainSingle();
        bankWorker.Turns.Should().ContainSingle();
        strangerWorker.Activities.Should().BeEmpty();
        strangerWorker.Turns.Should().BeEmpty();
    }

    private static GrpcTestClient ClientOf(TestSidecar sidecar) => new(new Uri($"http://127.0.0.1:{sidecar.Runtime.GrpcPort}"));

    private static async Task<int> PurgeAsync(WorkflowHost host, string id) =>
        (await host.CallAsync<PurgeInstancesRequest, PurgeInstancesResponse>("PurgeInstances", new PurgeInstancesRequest { InstanceId = id, Recursive = true })).DeletedInstanceCount;

    private static List<HistoryEvent> WithInput(IReadOnlyList<HistoryEvent> events, string input)
    {
        List<HistoryEvent> changed = [.. events.Select(e => e.Clone())];
        changed.Single(e => e.ExecutionStarted is not null).ExecutionStarted.Input = input;
        return changed;
    }
}
