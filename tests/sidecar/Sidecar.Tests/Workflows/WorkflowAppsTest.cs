using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows.Engine;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows;

/// <summary>Two engines of one run, the shop and the bank, each with a store and workers of its own: the workflows of the shop call the bank.</summary>
public abstract class WorkflowAppsTest : IAsyncLifetime
{
    private static readonly WorkflowOptions AtOnce = new() { WaitReportedAfter = TimeSpan.Zero };
    private readonly WorkflowPeers _peers = new();

    private protected InMemoryWorkflowData ShopData { get; } = new();

    private protected InMemoryWorkflowData BankData { get; } = new();

    private protected WorkflowHost Shop { get; set; } = null!;

    public async Task InitializeAsync() => Shop = await StartShopAsync();

    public async Task DisposeAsync() => await Shop.DisposeAsync();

    private protected Task<WorkflowHost> StartShopAsync() => WorkflowHost.StartAsync(new InMemoryWorkflowStore("shop", ShopData), AtOnce, appId: "shop", peers: _peers);

    private protected Task<WorkflowHost> StartBankAsync() => WorkflowHost.StartAsync(new InMemoryWorkflowStore("bank", BankData), AtOnce, appId: "bank", peers: _peers);

    private protected static FakeWorker Worker(WorkflowHost host, Action<FakeWorker>? set = null) => Start(host.Worker(), set);

    private protected static FakeWorker Start(FakeWorker worker, Action<FakeWorker>? set = null)
    {
        worker.Workflows["CallBank"] = CallBank;
        worker.Workflows["ParentOfEcho"] = events => InBank(worker.Workflows["Parent"](events));
        worker.Workflows["ParentOfWaiting"] = events => InBank(Scripts.All["ParentOfWaiting"](events));
        set?.Invoke(worker);
        return worker.Start();
    }

    private protected static IEnumerable<WorkflowAction> InApp(string app, IEnumerable<WorkflowAction> actions)
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
}
