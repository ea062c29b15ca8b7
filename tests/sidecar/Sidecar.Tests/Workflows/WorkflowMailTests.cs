using Dapr.DurableTask.Protobuf;
using Sidecar.Api.Grpc;
using Sidecar.Workflows;
using Sidecar.Workflows.Engine;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows;

/// <summary>Messages between the instances of two apps: the order in which they arrive, and what comes of one that is repeated.</summary>
public sealed class WorkflowMailTests
{
    private readonly WorkflowPeers _peers = new();
    private readonly InMemoryWorkflowData _shopData = new();
    private readonly InMemoryWorkflowData _bankData = new();

    [Fact]
    public async Task Terminate_DurableWithTheStartAndToldFirst_ChildStartsAndIsTerminated()
    {
        var store = new FaultyStore(_shopData, _ => false);
        await using var shop = await StartAsync(store, "shop");
        await using var bank = await StartAsync(new InMemoryWorkflowStore("bank", _bankData), "bank");
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var told = new TaskCompletionSource();
        store.Tells = commit =>
        {
            var starts = commit.Inbox.Any(row => HistoryEvent.Parser.ParseFrom(row.Event).ExecutionStarted is not null);
            return starts && started.TrySetResult() ? told.Task : Task.CompletedTask;
        };
        await using var worker = WithParent(shop.Worker()).Start();
        var parent = shop.StartAsync("ParentInBank", "p1", "c1");
        await started.Task.WaitAsync(TimeSpan.FromSeconds(10));

        await TerminateAsync(shop, "p1");

        await Eventually.TrueAsync(async () => (await bank.GetAsync("c1"))?.WorkflowStatus == OrchestrationStatus.Terminated, "the termination came after the start");
        told.SetResult();
        await parent;
        await Eventually.TrueAsync(() => IsEmpty(_shopData), "nothing is left to send");
        (await bank.GetAsync("c1"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Terminated);
    }

    [Fact]
    public async Task Terminate_BeforeRecoveryGetsToTheStart_ChildStartsAndIsTerminated()
    {
        await using (var crashed = await StartAsync(new InMemoryWorkflowStore("shop", _shopData), "shop"))
        {
            await using var worker = WithParent(crashed.Worker()).Start();
            await crashed.StartAsync("ParentInBank", "p1", "c1");
            await Eventually.TrueAsync(() => !IsEmpty(_shopData), "the start waits for the bank");
        }

        var recovery = new TaskCompletionSource();
        await using var shop = await StartAsync(new FaultyStore(_shopData, _ => false) { Recovers = recovery.Task }, "shop");
        await using var bank = await StartAsync(new InMemoryWorkflowStore("bank", _bankData), "bank");

        await TerminateAsync(shop, "p1");

        await Eventually.TrueAsync(async () => (await bank.GetAsync("c1"))?.WorkflowStatus == OrchestrationStatus.Terminated, "the termination came after the start");
        recovery.SetResult();
        await Eventually.TrueAsync(() => IsEmpty(_shopData), "nothing is left to send");
        (await bank.GetAsync("c1"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Terminated);
    }

    [Fact]
    public async Task Event_Repeated_IsTakenOnceOverARestart()
    {
        var message = FromShop(Events.Raised(Now, "other", "1"));
        await using (var crashed = await StartAsync(new InMemoryWorkflowStore("bank", _bankData), "bank"))
        {
            await crashed.StartAsync("WaitEvent", "c1", at: TimeProvider.System.GetUtcNow().AddHours(1));
            await SendAsync(crashed, message);
            await SendAsync(crashed, message);
        }

        await using var bank = await StartAsync(new InMemoryWorkflowStore("bank", _bankData), "bank");
        await SendAsync(bank, message);

        lock (_bankData.Gate)
        {
            _bankData.Runs["c1"].Inbox.Values.Count(row => HistoryEvent.Parser.ParseFrom(row.Event).EventRaised is not null).Should().Be(1);
        }
    }

    [Fact]
    public async Task DetachedStart_RepeatedWhenItHasEnded_RunsOnce()
    {
        var message = FromShop(new HistoryEvent { ExecutionStarted = new ExecutionStartedEvent { Name = "Echo", Input = "1", WorkflowInstance = new() { InstanceId = "c1", ExecutionId = "e1" } } });
        await using var bank = await StartAsync(new InMemoryWorkflowStore("bank", _bankData), "bank");
        await using var worker = bank.Worker().Start();
        await SendAsync(bank, message);
        await bank.CompletionAsync("c1");

        await SendAsync(bank, message);

        (await bank.GetAsync("c1"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Completed);
        await bank.CallAsync<PurgeInstancesRequest, PurgeInstancesResponse>("PurgeInstances", new PurgeInstancesRequest { InstanceId = "c1" });
        await SendAsync(bank, message);
        (await bank.GetAsync("c1")).Should().BeNull("what was purged does not come back");
    }

    [Fact]
    public async Task Termination_RepeatedForAnotherRun_IsNotForThatOne()
    {
        var message = FromShop(Events.Terminated(Now, "\"enough\"", recurse: false));
        await using var bank = await StartAsync(new InMemoryWorkflowStore("bank", _bankData), "bank");
        await bank.StartAsync("WaitEvent", "c1", at: TimeProvider.System.GetUtcNow().AddHours(1));
        await SendAsync(bank, message);
        (await bank.GetAsync("c1"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Terminated);
        await bank.StartAsync("WaitEvent", "c1", at: TimeProvider.System.GetUtcNow().AddHours(1));

        await SendAsync(bank, message);

        (await bank.GetAsync("c1"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Pending);
    }

    [Fact]
    public async Task Receipt_SenderHasTheMessageNoMore_GoesAtTheNextStart()
    {
        await using (var crashed = await StartAsync(new InMemoryWorkflowStore("bank", _bankData), "bank"))
        {
            await SendAsync(crashed, FromShop(Events.Raised(Now, "go", "1")));
            IsEmpty(_bankData).Should().BeFalse();
        }

        await using var bank = await StartAsync(new InMemoryWorkflowStore("bank", _bankData), "bank");
        await using var shop = await StartAsync(new InMemoryWorkflowStore("shop", _shopData), "shop");

        await Eventually.TrueAsync(() => IsEmpty(_bankData), "the shop would not send it again");
    }

    [Fact]
    public async Task Mail_ForAnAbsentApp_StaysInTheStoreAndGoesAFewAddressesAtATimeAfterARestart()
    {
        var few = new WorkflowOptions { MaxMailed = 3 };
        string[] ids = [.. Enumerable.Range(0, 20).Select(i => $"p{i:d2}")];
        await using (var crashed = await StartAsync(new InMemoryWorkflowStore("shop", _shopData), "shop", few))
        {
            await using var before = WithParent(crashed.Worker()).Start();
            await Task.WhenAll(ids.Take(10).Select(id => crashed.StartAsync("ParentInBank", id, "child-" + id)));
        }

        await using var shop = await StartAsync(new InMemoryWorkflowStore("shop", _shopData), "shop", few);
        await using var worker = WithParent(shop.Worker()).Start();
        await Task.WhenAll(ids.Skip(10).Select(id => shop.StartAsync("ParentInBank", id, "child-" + id)));
        shop.Engine.Mailing.Should().Be(0, "what cannot be sent is in the store alone");
        shop.Engine.Waits().Should().Contain("messages wait for app 'bank', which runs no workflows here; these do: shop");

        await using var bank = await StartAsync(new InMemoryWorkflowStore("bank", _bankData), "bank");
        await using var bankWorker = bank.Worker().Start();
        foreach (var id in ids)
        {
            await Eventually.TrueAsync(async () => await bank.GetAsync("child-" + id) is not null, "its start has arrived");
            await bank.RaiseAsync("child-" + id, "go", $"\"{id}\"");
            (await shop.CompletionAsync(id)).Output.Should().Be($"\"{id}\"");
        }

        await Eventually.TrueAsync(() => IsEmpty(_shopData) && shop.Engine.Mailing == 0, "nothing is left to send");
        bankWorker.Turns.Count(turn => turn.NewEvents.Any(e => e.ExecutionStarted is not null)).Should().Be(20, "each start came about once");
    }

    [Fact]
    public async Task Mail_OneReceiverCannotBeLoaded_OthersOfItsAppGetTheirsWheneverTheAppIsThere()
    {
        await using (var before = await StartAsync(new InMemoryWorkflowStore("bank", _bankData), "bank"))
        {
            await before.StartAsync("WaitEvent", "c1", at: TimeProvider.System.GetUtcNow().AddHours(1));
        }

        _bankData.Instances["c1"] = _bankData.Instances["c1"] with { State = [0xff, 0xff] };
        await using var shop = await StartAsync(new InMemoryWorkflowStore("shop", _shopData), "shop", new WorkflowOptions { MaxMailed = 2 });
        await using var worker = WithParent(shop.Worker()).Start();
        foreach (var child in new[] { "c1", "c2", "c3" })
        {
            await shop.StartAsync("ParentInBank", "p-" + child, child);
        }

        await Eventually.TrueAsync(() => Waiting(_shopData) == 3, "the starts wait for the bank");
        await using (var bank = await StartAsync(new InMemoryWorkflowStore("bank", _bankData), "bank"))
        {
            await Eventually.TrueAsync(() => Waiting(_shopData) == 1, "all but one have arrived");
        }

        await shop.StartAsync("ParentInBank", "p-c4", "c4");
        await Eventually.TrueAsync(() => Waiting(_shopData) == 2, "the next waits for the bank");

        await using var again = await StartAsync(new InMemoryWorkflowStore("bank", _bankData), "bank");

        await Eventually.TrueAsync(async () => await again.GetAsync("c4") is not null, "its start has arrived");
    }

    [Fact]
    public async Task Purge_OfAnInstanceWhoseIdNamesAnotherAppsInstance_LeavesTheMailForThat()
    {
        await using var shop = await StartAsync(new InMemoryWorkflowStore("shop", _shopData), "shop");
        await using var worker = WithParent(shop.Worker()).Start();
        await shop.StartAsync("ParentInBank", "p1", "c1");
        await Eventually.TrueAsync(() => !IsEmpty(_shopData), "the start waits for the bank");
        await shop.StartAsync("Echo", "bank||c1", "1");
        await shop.CompletionAsync("bank||c1");

        await shop.CallAsync<PurgeInstancesRequest, PurgeInstancesResponse>("PurgeInstances", new PurgeInstancesRequest { InstanceId = "bank||c1" });

        await using var bank = await StartAsync(new InMemoryWorkflowStore("bank", _bankData), "bank");
        await Eventually.TrueAsync(async () => await bank.GetAsync("c1") is not null, "the start was not purged");
    }

    [Theory]
    [InlineData("\u0001bank\u0001c1")]
    [InlineData("\n")]
    [InlineData("a\0b")]
    public async Task InstanceId_OfTheEnginesOwn_IsRefusedAtEveryDoor(string id)
    {
        await using var shop = await StartAsync(new InMemoryWorkflowStore("shop", _shopData), "shop");
        foreach (var call in new Func<Task>[]
        {
            () => shop.StartAsync("Echo", id),
            () => shop.GetAsync(id),
            () => shop.RaiseAsync(id, "go"),
            () => TerminateAsync(shop, id),
            () => shop.CallAsync<PurgeInstancesRequest, PurgeInstancesResponse>("PurgeInstances", new PurgeInstancesRequest { InstanceId = id }),
            () => shop.CallAsync<RerunWorkflowFromEventRequest, RerunWorkflowFromEventResponse>("RerunWorkflowFromEvent", new RerunWorkflowFromEventRequest { SourceInstanceID = "w1", NewInstanceID = id }),
        })
        {
            (await WorkflowHost.CodeOfAsync(call)).Should().Be(GrpcCode.InvalidArgument);
        }

        // The HTTP API and Dapr's gRPC API come here with whatever is in their path.
        var operations = new WorkflowOperations(shop.Engine);
        (await operations.FindAsync(id, default)).Should().BeNull();
        (await operations.TerminateAsync(id, null, recursive: true, default)).Should().Be(WorkflowRefusal.NotFound);
        (await operations.RaiseEventAsync(id, "go", null, default)).Should().Be(WorkflowRefusal.NotFound);
        (await operations.PurgeAsync(id, recursive: true, force: true, default)).Should().Be((WorkflowRefusal.NotFound, 0));
    }

    [Theory]
    [InlineData("\u0001bank\u0001c1")]
    [InlineData("a\0b")]
    public async Task InstanceId_OfTheEnginesOwnInAnAction_FailsItsWorkflowAlone(string id)
    {
        await using var shop = await StartAsync(new InMemoryWorkflowStore("shop", _shopData), "shop");
        await using var worker = shop.Worker();
        var actions = new Dictionary<string, WorkflowAction>
        {
            ["child"] = new() { CreateChildWorkflow = new CreateChildWorkflowAction { Name = "Echo", InstanceId = id } },
            ["detached"] = new() { CreateDetachedWorkflow = new CreateDetachedWorkflowAction { Name = "Echo", InstanceId = id } },
            ["event"] = new() { SendEvent = new SendEventAction { Name = "go", Instance = new() { InstanceId = id } } },
            ["terminate"] = new() { TerminateWorkflow = new TerminateWorkflowAction { InstanceId = id } },
        };
        foreach (var (name, action) in actions)
        {
            worker.Workflows[name] = _ => [action];
        }

        worker.Workflows["app"] = _ => [new() { Router = new TaskRouter { TargetAppID = id }, ScheduleTask = new ScheduleTaskAction { Name = "Step" } }];
        worker.Start();

        foreach (var name in actions.Keys.Append("app"))
        {
            await shop.StartAsync(name, name);
            (await shop.CompletionAsync(name)).FailureDetails.ErrorType.Should().Be(name == "app" ? "InvalidAppId" : "InvalidInstanceId");
        }

        IsEmpty(_shopData).Should().BeTrue();
    }

    [Fact]
    public async Task InstanceId_MissingInAnAction_FailsItsWorkflowNamingTheAction()
    {
        await using var shop = await StartAsync(new InMemoryWorkflowStore("shop", _shopData), "shop");
        await using var worker = shop.Worker();
        var actions = new Dictionary<string, WorkflowAction>
        {
            ["CreateDetachedWorkflow"] = new() { CreateDetachedWorkflow = new CreateDetachedWorkflowAction { Name = "Echo" } },
            ["SendEvent"] = new() { SendEvent = new SendEventAction { Name = "go", Instance = new() } },
            ["SendEvent of none"] = new() { SendEvent = new SendEventAction { Name = "go" } },
            ["TerminateWorkflow"] = new() { TerminateWorkflow = new TerminateWorkflowAction() },
        };
        foreach (var (name, action) in actions)
        {
            worker.Workflows[name] = _ => [InBank(action)];
        }

        worker.Start();

        foreach (var (name, action) in actions)
        {
            await shop.StartAsync(name, name);
            var details = (await shop.CompletionAsync(name)).FailureDetails;
            details.ErrorType.Should().Be("InvalidInstanceId");
            details.ErrorMessage.Should().Be($"action #0 ({action.WorkflowActionTypeCase}) names an instance whose id must not be empty, begin with a control character or contain NUL");
        }

        IsEmpty(_shopData).Should().BeTrue();
    }

    private static Google.Protobuf.WellKnownTypes.Timestamp Now => Google.Protobuf.WellKnownTypes.Timestamp.FromDateTime(DateTime.UnixEpoch);

    private static InboxEvent FromShop(HistoryEvent e)
    {
        e.Router = new TaskRouter { SourceAppID = "shop", TargetAppID = "bank" };
        return new InboxEvent(7, null, e);
    }

    private static Task SendAsync(WorkflowHost bank, InboxEvent message) =>
        bank.Engine.ChangeAsync("c1", instance => (true, instance.ReceiveForeign(message with { Event = message.Event.Clone() })), default);

    private static Task TerminateAsync(WorkflowHost host, string id) =>
        host.CallAsync<TerminateRequest, TerminateResponse>("TerminateInstance", new TerminateRequest { InstanceId = id, Recursive = true });

    private static FakeWorker WithParent(FakeWorker worker)
    {
        worker.Workflows["ParentInBank"] = events => Scripts.All["ParentOfWaiting"](events).Select(InBank);
        return worker;
    }

    private static WorkflowAction InBank(WorkflowAction action)
    {
        action.Router = action.CompleteWorkflow is null ? new TaskRouter { SourceAppID = "shop", TargetAppID = "bank" } : null;
        return action;
    }

    private static bool IsEmpty(InMemoryWorkflowData data) => Waiting(data) == 0;

    private static int Waiting(InMemoryWorkflowData data)
    {
        lock (data.Gate)
        {
            return data.Runs.Values.Sum(run => run.Inbox.Count);
        }
    }

    private Task<WorkflowHost> StartAsync(IWorkflowStore store, string app, WorkflowOptions? options = null) => WorkflowHost.StartAsync(store, options, appId: app, peers: _peers);
}
