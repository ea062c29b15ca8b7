using Dapr.DurableTask.Protobuf;
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

    private static bool IsEmpty(InMemoryWorkflowData data)
    {
        lock (data.Gate)
        {
            return data.Runs.Values.All(run => run.Inbox.Count == 0);
        }
    }

    private Task<WorkflowHost> StartAsync(IWorkflowStore store, string app) => WorkflowHost.StartAsync(store, appId: app, peers: _peers);
}
