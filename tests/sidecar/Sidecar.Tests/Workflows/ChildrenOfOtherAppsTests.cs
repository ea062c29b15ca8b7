using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows.Engine;

namespace Sidecar.Tests.Workflows;

/// <summary>Children that run in another app: their starts and answers arrive once, however often they are sent.</summary>
public sealed class ChildrenOfOtherAppsTests : WorkflowAppsTest
{
    [Fact]
    public async Task Child_OfAnotherApp_ParentGetsItsResult()
    {
        await using var bank = await StartBankAsync();
        await using var shopWorker = Worker(Shop);
        await using var bankWorker = Worker(bank);

        await Shop.StartAsync("ParentOfEcho", "p1", "c1");

        (await Shop.CompletionAsync("p1")).Output.Should().Be("\"from parent\"");
        var child = await bank.GetAsync("c1");
        child!.ParentInstanceId.Should().Be("p1");
        child.ParentAppId.Should().Be("shop");
        (await Shop.GetAsync("c1")).Should().BeNull();
        bankWorker.Turns.First().NewEvents.Single(e => e.ExecutionStarted is not null).Router.TargetAppID.Should().Be("bank");
        await Eventually.TrueAsync(() => ShopData.Runs["p1"].Inbox.Count == 0 && ShopData.Runs.GetValueOrDefault(ForeignAddress.Of("bank", "c1")) is null or { IsEmpty: true } && BankData.Runs.GetValueOrDefault(ForeignAddress.Of("shop", "p1")) is null or { IsEmpty: true }, "what has arrived is not kept");
    }

    [Fact]
    public async Task Child_AppIsAbsentAndCallerCrashes_RunsOnceWhenItComes()
    {
        await using (Worker(Shop))
        {
            await Shop.StartAsync("ParentOfEcho", "p1", "c1");
            await Eventually.TrueAsync(async () => await Shop.Engine.FindWaitAsync("p1", default) == "child workflow 'c1' of app 'bank', which runs no workflows here; these do: shop", "the wait is named");
            Shop.Engine.Waits().Should().Equal("messages wait for app 'bank', which runs no workflows here; these do: shop");
            await Shop.DisposeAsync();
        }

        Shop = await StartShopAsync();
        await using var shopWorker = Worker(Shop);
        await using var bank = await StartBankAsync();
        await using var bankWorker = Worker(bank);

        (await Shop.CompletionAsync("p1")).Output.Should().Be("\"from parent\"");
        bankWorker.Turns.Should().ContainSingle();
    }

    [Fact]
    public async Task Child_EndsWhileTheCallerIsAway_AnswerWaitsForIt()
    {
        await using var bank = await StartBankAsync();
        await using var bankWorker = Worker(bank);
        await using (Worker(Shop))
        {
            await Shop.StartAsync("ParentOfWaiting", "p1", "c1");
            await Eventually.TrueAsync(async () => await bank.GetAsync("c1") is not null, "the child runs");
            await Shop.DisposeAsync();
        }

        await bank.RaiseAsync("c1", "go", "7");
        await bank.CompletionAsync("c1");
        Shop = await StartShopAsync();
        await using var shopWorker = Worker(Shop);

        (await Shop.CompletionAsync("p1")).Output.Should().Be("7");
    }

    [Fact]
    public async Task Child_StartAndAnswerSentTwice_CountOnce()
    {
        await using var bank = await StartBankAsync();
        await using var shopWorker = Worker(Shop);
        await using var bankWorker = Worker(bank);
        await Shop.StartAsync("ParentOfWaiting", "p1", "c1");
        await Eventually.TrueAsync(async () => (await bank.GetAsync("c1"))?.WorkflowStatus == OrchestrationStatus.Running, "the child runs");
        var parent = (await Shop.GetAsync("p1"))!;
        var start = (await HistoryAsync(bank, "c1")).Single(e => e.ExecutionStarted is not null);

        await SendAsync(bank, "c1", new InboxEvent(1, null, start.Clone()));
        (await bank.GetAsync("c1"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Running);
        bankWorker.Turns.Should().ContainSingle("the start that came again started nothing");

        var answer = Events.ChildCompleted(Google.Protobuf.WellKnownTypes.Timestamp.FromDateTime(DateTime.UnixEpoch), 0, "\"first\"");
        answer.Router = new TaskRouter { SourceAppID = "bank", TargetAppID = "shop" };
        await SendAsync(Shop, "p1", new InboxEvent(1, "another run", answer.Clone()));
        await SendAsync(Shop, "p1", new InboxEvent(2, parent.ExecutionId, answer.Clone()));
        await SendAsync(Shop, "p1", new InboxEvent(3, parent.ExecutionId, new HistoryEvent(answer) { ChildWorkflowInstanceCompleted = new ChildWorkflowInstanceCompletedEvent { TaskScheduledId = 0, Result = "\"second\"" } }));

        (await Shop.CompletionAsync("p1")).Output.Should().Be("\"first\"");
        (await HistoryAsync(Shop, "p1")).Count(e => e.ChildWorkflowInstanceCompleted is not null).Should().Be(1);
    }

    [Fact]
    public async Task Child_AnswerSentAgainAfterARestart_CountsOnce()
    {
        await using var bank = await StartBankAsync();
        await using var bankWorker = Worker(bank);
        await using (Worker(Shop))
        {
            await Shop.StartAsync("ParentOfWaiting", "p1", "c1");
            await Eventually.TrueAsync(async () => (await bank.GetAsync("c1"))?.WorkflowStatus == OrchestrationStatus.Running, "the child runs");
        }

        var run = (await Shop.GetAsync("p1"))!.ExecutionId;
        var answer = Events.ChildCompleted(Google.Protobuf.WellKnownTypes.Timestamp.FromDateTime(DateTime.UnixEpoch), 0, "\"first\"");
        answer.Router = new TaskRouter { SourceAppID = "bank", TargetAppID = "shop" };
        await Eventually.TrueAsync(() => Shop.Engine.Dispatcher.Workers == 0, "the turn with the answer waits");
        await SendAsync(Shop, "p1", new InboxEvent(1, run, answer.Clone()));
        await Shop.DisposeAsync();
        Shop = await StartShopAsync();

        await SendAsync(Shop, "p1", new InboxEvent(2, run, answer.Clone()));
        await using var shopWorker = Worker(Shop);

        (await Shop.CompletionAsync("p1")).Output.Should().Be("\"first\"");
        (await HistoryAsync(Shop, "p1")).Count(e => e.ChildWorkflowInstanceCompleted is not null).Should().Be(1);
    }

    [Fact]
    public async Task Child_IdInUseInTheOtherApp_ParentGetsTheFailure()
    {
        await using var bank = await StartBankAsync();
        await using var shopWorker = Worker(Shop);
        await using var bankWorker = Worker(bank);
        await bank.StartAsync("WaitEvent", "c1");

        await Shop.StartAsync("ParentOfEcho", "p1", "c1");

        (await Shop.CompletionAsync("p1")).Output.Should().Be("failed: WorkflowInstanceAlreadyExists");
        (await bank.GetAsync("c1"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Running);
    }

    private static Task SendAsync(WorkflowHost host, string id, InboxEvent message) =>
        host.Engine.ChangeAsync(id, instance => (true, instance.ReceiveForeign(message)), default);

    private static async Task<IReadOnlyList<HistoryEvent>> HistoryAsync(WorkflowHost host, string id) =>
        (await host.CallAsync<GetInstanceHistoryRequest, GetInstanceHistoryResponse>("GetInstanceHistory", new GetInstanceHistoryRequest { InstanceId = id })).Events;
}
