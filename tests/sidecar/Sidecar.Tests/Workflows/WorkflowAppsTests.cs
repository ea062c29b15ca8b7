using Dapr.DurableTask.Protobuf;
using Google.Protobuf;
using Sidecar.Components;
using Sidecar.Tests.Hosting;
using Sidecar.Workflows.Engine;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows;

/// <summary>Activities and children of other apps: two engines of one run, each with a store and workers of its own.</summary>
public sealed class WorkflowAppsTests : IAsyncLifetime
{
    private const string ActorStore = """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: { name: st }
        spec: { type: state.in-memory, version: v1, metadata: [{ name: actorStateStore, value: "true" }] }
        """;

    private static readonly WorkflowOptions AtOnce = new() { WaitReportedAfter = TimeSpan.Zero };
    private readonly WorkflowPeers _peers = new();
    private readonly InMemoryWorkflowData _shopData = new();
    private readonly InMemoryWorkflowData _bankData = new();
    private WorkflowHost _shop = null!;

    public async Task InitializeAsync() => _shop = await StartShopAsync();

    public async Task DisposeAsync() => await _shop.DisposeAsync();

    [Fact]
    public async Task Activity_OfAnotherApp_RunsThereAndAnswersHere()
    {
        await using var bank = await StartBankAsync();
        await using var shopWorker = Worker(_shop);
        await using var bankWorker = Worker(bank);

        await _shop.StartAsync("CallBank", "w1", "\"10 EUR\"");

        (await _shop.CompletionAsync("w1")).Output.Should().Be("\"10 EUR\"");
        bankWorker.Activities.Single().WorkflowInstance.InstanceId.Should().Be("w1");
        shopWorker.Activities.Should().BeEmpty();
        (await bank.GetAsync("w1")).Should().BeNull("the instance is the other app's");
    }

    [Fact]
    public async Task Activity_AnsweredWithoutAToken_CountsOnce()
    {
        await using var bank = await StartBankAsync();
        await using var shopWorker = Worker(_shop);
        await using var bankWorker = Worker(bank, worker => worker.Activity = _ => new TaskCompletionSource<ActivityResponse>().Task);
        await _shop.StartAsync("CallBank", "w1", "1");
        await Eventually.TrueAsync(() => bankWorker.Activities.Count == 1, "the bank has the activity");

        foreach (var result in new[] { "first", "second" })
        {
            await bank.CallAsync<ActivityResponse, CompleteTaskResponse>("CompleteActivityTask", new ActivityResponse { InstanceId = "w1", TaskId = 0, Result = result });
        }

        (await _shop.CompletionAsync("w1")).Output.Should().Be("first");
    }

    [Fact]
    public async Task Activity_AppIsAbsent_IsNamedAndGoesOnWhenItComes()
    {
        await using var shopWorker = Worker(_shop);
        await _shop.StartAsync("CallBank", "w1", "1");

        await Eventually.TrueAsync(
            async () => await _shop.Engine.FindWaitAsync("w1", default) == "activity 'Pay' (#0), which waits for app 'bank', which runs no workflows here; these do: shop", "the wait is named");
        _shop.Engine.Waits().Should().Equal("1 workflow instances wait for app 'bank', which runs no workflows here; these do: shop");
        await using var bank = await StartBankAsync();
        (await _shop.Engine.FindWaitAsync("w1", default)).Should().Be("activity 'Pay' (#0), which waits for a worker: none of app 'bank' is connected");
        await using var bankWorker = Worker(bank);

        (await _shop.CompletionAsync("w1")).Output.Should().Be("1");
    }

    [Fact]
    public async Task Activity_OtherAppStops_RunsInTheNextWithTheSameExecutionId()
    {
        await using var shopWorker = Worker(_shop);
        var bank = await StartBankAsync();
        var lost = Worker(bank, worker => worker.Activity = _ => new TaskCompletionSource<ActivityResponse>().Task);
        await _shop.StartAsync("CallBank", "w1", "1");
        await Eventually.TrueAsync(() => lost.Activities.Count == 1, "the bank has the activity");

        await bank.DisposeAsync();
        await using var next = await StartBankAsync();
        await using var bankWorker = Worker(next);

        (await _shop.CompletionAsync("w1")).Output.Should().Be("1");
        bankWorker.Activities.Single().TaskExecutionId.Should().Be(lost.Activities.Single().TaskExecutionId);
        await lost.DisposeAsync();
    }

    [Fact]
    public async Task Activity_CallerStops_RunsForTheNextAndTheOldAnswerIsStale()
    {
        await using var bank = await StartBankAsync();
        var held = new TaskCompletionSource<ActivityResponse>();
        await using var bankWorker = Worker(bank, worker => worker.Activity = request => worker.Activities.Count == 1 ? held.Task : Task.FromResult(new ActivityResponse { Result = "again" }));
        await using (Worker(_shop))
        {
            await _shop.StartAsync("CallBank", "w1", "1");
            await Eventually.TrueAsync(() => bankWorker.Activities.Count == 1, "the bank has the activity");
            await _shop.DisposeAsync();
        }

        held.SetResult(new ActivityResponse { Result = "old" });
        _shop = await StartShopAsync();
        await using var shopWorker = Worker(_shop);

        (await _shop.CompletionAsync("w1")).Output.Should().Be("again");
        bankWorker.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task Activity_CannotBeBegunInTheOtherApp_ItsOwnEngineTakesItAndTheOthersInstanceStays()
    {
        await using (Worker(_shop))
        {
            await _shop.StartAsync("CallBank", "w1", "1");
            await Eventually.TrueAsync(() => _shopData.Runs["w1"].Tasks.Count == 1, "the activity waits for the bank");
            await _shop.DisposeAsync();
        }

        await using var bank = await StartBankAsync();
        await using var bankWorker = Worker(bank);
        await bank.StartAsync("WaitEvent", "w1");
        lock (_shopData.Gate)
        {
            var tasks = _shopData.Runs["w1"].Tasks;
            var key = tasks.Keys.Single();
            tasks[key] = tasks[key] with { Event = new HistoryEvent { Router = new TaskRouter { SourceAppID = "shop", TargetAppID = "bank" } }.ToByteArray() };
        }

        var loaded = bank.Engine.LoadedInstances;
        _shop = await StartShopAsync();

        await Eventually.TrueAsync(() => _shop.Engine.Waits().Any(wait => wait.StartsWith("1 workflow instances cannot go on", StringComparison.Ordinal)), "the caller's engine has it");
        bank.Engine.Waits().Should().BeEmpty();
        bank.Engine.LoadedInstances.Should().Be(loaded);
    }

    [Fact]
    public async Task Child_OfAnotherApp_ParentGetsItsResult()
    {
        await using var bank = await StartBankAsync();
        await using var shopWorker = Worker(_shop);
        await using var bankWorker = Worker(bank);

        await _shop.StartAsync("ParentOfEcho", "p1", "c1");

        (await _shop.CompletionAsync("p1")).Output.Should().Be("\"from parent\"");
        var child = await bank.GetAsync("c1");
        child!.ParentInstanceId.Should().Be("p1");
        child.ParentAppId.Should().Be("shop");
        (await _shop.GetAsync("c1")).Should().BeNull();
        bankWorker.Turns.First().NewEvents.Single(e => e.ExecutionStarted is not null).Router.TargetAppID.Should().Be("bank");
        await Eventually.TrueAsync(() => _shopData.Runs["p1"].Inbox.Count == 0 && _shopData.Runs.GetValueOrDefault(ForeignAddress.Of("bank", "c1")) is null or { IsEmpty: true } && _bankData.Runs.GetValueOrDefault(ForeignAddress.Of("shop", "p1")) is null or { IsEmpty: true }, "what has arrived is not kept");
    }

    [Fact]
    public async Task Child_AppIsAbsentAndCallerCrashes_RunsOnceWhenItComes()
    {
        await using (Worker(_shop))
        {
            await _shop.StartAsync("ParentOfEcho", "p1", "c1");
            await Eventually.TrueAsync(async () => await _shop.Engine.FindWaitAsync("p1", default) == "child workflow 'c1' of app 'bank', which runs no workflows here; these do: shop", "the wait is named");
            _shop.Engine.Waits().Should().Equal("messages wait for app 'bank', which runs no workflows here; these do: shop");
            await _shop.DisposeAsync();
        }

        _shop = await StartShopAsync();
        await using var shopWorker = Worker(_shop);
        await using var bank = await StartBankAsync();
        await using var bankWorker = Worker(bank);

        (await _shop.CompletionAsync("p1")).Output.Should().Be("\"from parent\"");
        bankWorker.Turns.Should().ContainSingle();
    }

    [Fact]
    public async Task Child_EndsWhileTheCallerIsAway_AnswerWaitsForIt()
    {
        await using var bank = await StartBankAsync();
        await using var bankWorker = Worker(bank);
        await using (Worker(_shop))
        {
            await _shop.StartAsync("ParentOfWaiting", "p1", "c1");
            await Eventually.TrueAsync(async () => await bank.GetAsync("c1") is not null, "the child runs");
            await _shop.DisposeAsync();
        }

        await bank.RaiseAsync("c1", "go", "7");
        await bank.CompletionAsync("c1");
        _shop = await StartShopAsync();
        await using var shopWorker = Worker(_shop);

        (await _shop.CompletionAsync("p1")).Output.Should().Be("7");
    }

    [Fact]
    public async Task Child_StartAndAnswerSentTwice_CountOnce()
    {
        await using var bank = await StartBankAsync();
        await using var shopWorker = Worker(_shop);
        await using var bankWorker = Worker(bank);
        await _shop.StartAsync("ParentOfWaiting", "p1", "c1");
        await Eventually.TrueAsync(async () => (await bank.GetAsync("c1"))?.WorkflowStatus == OrchestrationStatus.Running, "the child runs");
        var parent = (await _shop.GetAsync("p1"))!;
        var start = (await HistoryAsync(bank, "c1")).Single(e => e.ExecutionStarted is not null);

        await SendAsync(bank, "c1", new InboxEvent(1, null, start.Clone()));
        (await bank.GetAsync("c1"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Running);
        bankWorker.Turns.Should().ContainSingle("the start that came again started nothing");

        var answer = Events.ChildCompleted(Google.Protobuf.WellKnownTypes.Timestamp.FromDateTime(DateTime.UnixEpoch), 0, "\"first\"");
        answer.Router = new TaskRouter { SourceAppID = "bank", TargetAppID = "shop" };
        await SendAsync(_shop, "p1", new InboxEvent(1, "another run", answer.Clone()));
        await SendAsync(_shop, "p1", new InboxEvent(2, parent.ExecutionId, answer.Clone()));
        await SendAsync(_shop, "p1", new InboxEvent(3, parent.ExecutionId, new HistoryEvent(answer) { ChildWorkflowInstanceCompleted = new ChildWorkflowInstanceCompletedEvent { TaskScheduledId = 0, Result = "\"second\"" } }));

        (await _shop.CompletionAsync("p1")).Output.Should().Be("\"first\"");
        (await HistoryAsync(_shop, "p1")).Count(e => e.ChildWorkflowInstanceCompleted is not null).Should().Be(1);
    }

    [Fact]
    public async Task Child_AnswerSentAgainAfterARestart_CountsOnce()
    {
        await using var bank = await StartBankAsync();
        await using var bankWorker = Worker(bank);
        await using (Worker(_shop))
        {
            await _shop.StartAsync("ParentOfWaiting", "p1", "c1");
            await Eventually.TrueAsync(async () => (await bank.GetAsync("c1"))?.WorkflowStatus == OrchestrationStatus.Running, "the child runs");
        }

        var run = (await _shop.GetAsync("p1"))!.ExecutionId;
        var answer = Events.ChildCompleted(Google.Protobuf.WellKnownTypes.Timestamp.FromDateTime(DateTime.UnixEpoch), 0, "\"first\"");
        answer.Router = new TaskRouter { SourceAppID = "bank", TargetAppID = "shop" };
        await Eventually.TrueAsync(() => _shop.Engine.Dispatcher.Workers == 0, "the turn with the answer waits");
        await SendAsync(_shop, "p1", new InboxEvent(1, run, answer.Clone()));
        await _shop.DisposeAsync();
        _shop = await StartShopAsync();

        await SendAsync(_shop, "p1", new InboxEvent(2, run, answer.Clone()));
        await using var shopWorker = Worker(_shop);

        (await _shop.CompletionAsync("p1")).Output.Should().Be("\"first\"");
        (await HistoryAsync(_shop, "p1")).Count(e => e.ChildWorkflowInstanceCompleted is not null).Should().Be(1);
    }

    [Fact]
    public async Task Child_IdInUseInTheOtherApp_ParentGetsTheFailure()
    {
        await using var bank = await StartBankAsync();
        await using var shopWorker = Worker(_shop);
        await using var bankWorker = Worker(bank);
        await bank.StartAsync("WaitEvent", "c1");

        await _shop.StartAsync("ParentOfEcho", "p1", "c1");

        (await _shop.CompletionAsync("p1")).Output.Should().Be("failed: WorkflowInstanceAlreadyExists");
        (await bank.GetAsync("c1"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Running);
    }

    [Fact]
    public async Task TerminateAndPurge_Recursive_ReachTheChildInTheOtherApp()
    {
        await using var bank = await StartBankAsync();
        await using var shopWorker = Worker(_shop);
        await using var bankWorker = Worker(bank);
        await _shop.StartAsync("ParentOfWaiting", "p1", "c1");
        await Eventually.TrueAsync(async () => (await bank.GetAsync("c1"))?.WorkflowStatus == OrchestrationStatus.Running, "the child runs");

        await _shop.CallAsync<TerminateRequest, TerminateResponse>("TerminateInstance", new TerminateRequest { InstanceId = "p1", Output = "\"enough\"", Recursive = true });
        (await bank.CompletionAsync("c1")).WorkflowStatus.Should().Be(OrchestrationStatus.Terminated);
        var purged = await _shop.CallAsync<PurgeInstancesRequest, PurgeInstancesResponse>("PurgeInstances", new PurgeInstancesRequest { InstanceId = "p1", Recursive = true });

        purged.DeletedInstanceCount.Should().Be(2);
        (await bank.GetAsync("c1")).Should().BeNull();
    }

    [Fact]
    public async Task Purge_RecursiveChildNamesItsOwnId_Ends()
    {
        await using var worker = Worker(_shop);
        await _shop.StartAsync("Parent", "x", "x");
        (await _shop.CompletionAsync("x")).Output.Should().Be("failed: WorkflowInstanceAlreadyExists");

        (await PurgeAsync(_shop, "x")).Should().Be(1);

        (await _shop.GetAsync("x")).Should().BeNull();
    }

    [Fact]
    public async Task Purge_RecursiveChildOfAnotherAppCallsBack_EndsAndPurgesBoth()
    {
        await using var bank = await StartBankAsync();
        await using var shopWorker = Worker(_shop);
        await using var bankWorker = Worker(bank, worker => worker.Workflows["Echo"] = events => InApp("shop", worker.Workflows["Parent"](WithInput(events, "p1"))));
        await _shop.StartAsync("ParentOfEcho", "p1", "c1");
        (await _shop.CompletionAsync("p1")).Output.Should().Be("failed: WorkflowInstanceAlreadyExists");

        (await PurgeAsync(_shop, "p1")).Should().Be(2);

        (await bank.GetAsync("c1")).Should().BeNull();
    }

    [Fact]
    public async Task Terminate_BeforeTheOtherAppIsThere_ChildStartsAndIsTerminated()
    {
        await using (Worker(_shop))
        {
            await _shop.StartAsync("ParentOfWaiting", "p1", "c1");
            await _shop.CallAsync<TerminateRequest, TerminateResponse>("TerminateInstance", new TerminateRequest { InstanceId = "p1", Recursive = true });
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

    private static Task SendAsync(WorkflowHost host, string id, InboxEvent message) =>
        host.Engine.ChangeAsync(id, instance => (true, instance.ReceiveForeign(message)), default);

    private static async Task<IReadOnlyList<HistoryEvent>> HistoryAsync(WorkflowHost host, string id) =>
        (await host.CallAsync<GetInstanceHistoryRequest, GetInstanceHistoryResponse>("GetInstanceHistory", new GetInstanceHistoryRequest { InstanceId = id })).Events;

    private static async Task<int> PurgeAsync(WorkflowHost host, string id) =>
        (await host.CallAsync<PurgeInstancesRequest, PurgeInstancesResponse>("PurgeInstances", new PurgeInstancesRequest { InstanceId = id, Recursive = true })).DeletedInstanceCount;

    private static List<HistoryEvent> WithInput(IReadOnlyList<HistoryEvent> events, string input)
    {
        List<HistoryEvent> changed = [.. events.Select(e => e.Clone())];
        changed.Single(e => e.ExecutionStarted is not null).ExecutionStarted.Input = input;
        return changed;
    }

    private static FakeWorker Worker(WorkflowHost host, Action<FakeWorker>? set = null) => Start(host.Worker(), set);

    private static FakeWorker Start(FakeWorker worker, Action<FakeWorker>? set = null)
    {
        worker.Workflows["CallBank"] = CallBank;
        worker.Workflows["ParentOfEcho"] = events => InBank(worker.Workflows["Parent"](events));
        worker.Workflows["ParentOfWaiting"] = events => InBank(Scripts.All["ParentOfWaiting"](events));
        set?.Invoke(worker);
        return worker.Start();
    }

    private static IEnumerable<WorkflowAction> CallBank(IReadOnlyList<HistoryEvent> events)
    {
        if (events.FirstOrDefault(e => e.TaskCompleted is not null) is { } done)
        {
            return [new WorkflowAction { CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Completed, Result = done.TaskCompleted.Result } }];
        }

        var input = events.Last(e => e.ExecutionStarted is not null).ExecutionStarted.Input;
        return events.Any(e => e.TaskScheduled is not null)
            ? []
            : InBank([new WorkflowAction { Id = 0, ScheduleTask = new ScheduleTaskAction { Name = "Pay", Input = input, TaskExecutionId = "exec-0" } }]);
    }

    // As the SDK sends it: the router on the action and within it.
    private static IEnumerable<WorkflowAction> InBank(IEnumerable<WorkflowAction> actions) => InApp("bank", actions);

    private static IEnumerable<WorkflowAction> InApp(string app, IEnumerable<WorkflowAction> actions)
    {
        foreach (var action in actions)
        {
            var router = new TaskRouter { SourceAppID = app == "bank" ? "shop" : "bank", TargetAppID = app };
            action.Router = action.CompleteWorkflow is null ? router : null;
            action.ScheduleTask?.Router = router;
            action.CreateChildWorkflow?.Router = router;
            yield return action;
        }
    }

    private Task<WorkflowHost> StartShopAsync() => WorkflowHost.StartAsync(new InMemoryWorkflowStore("shop", _shopData), AtOnce, appId: "shop", peers: _peers);

    private Task<WorkflowHost> StartBankAsync() => WorkflowHost.StartAsync(new InMemoryWorkflowStore("bank", _bankData), AtOnce, appId: "bank", peers: _peers);
}
