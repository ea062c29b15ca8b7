using Dapr.DurableTask.Protobuf;
using Google.Protobuf;

namespace Sidecar.Tests.Workflows;

/// <summary>Activities that run in another app.</summary>
public sealed class ActivitiesOfOtherAppsTests : WorkflowAppsTest
{
    [Fact]
    public async Task Activity_OfAnotherApp_RunsThereAndAnswersHere()
    {
        await using var bank = await StartBankAsync();
        await using var shopWorker = Worker(Shop);
        await using var bankWorker = Worker(bank);

        await Shop.StartAsync("CallBank", "w1", "\"10 EUR\"");

        (await Shop.CompletionAsync("w1")).Output.Should().Be("\"10 EUR\"");
        bankWorker.Activities.Single().WorkflowInstance.InstanceId.Should().Be("w1");
        shopWorker.Activities.Should().BeEmpty();
        (await bank.GetAsync("w1")).Should().BeNull("the instance is the other app's");
    }

    [Fact]
    public async Task Activity_AnsweredWithoutAToken_CountsOnce()
    {
        await using var bank = await StartBankAsync();
        await using var shopWorker = Worker(Shop);
        await using var bankWorker = Worker(bank, worker => worker.Activity = _ => new TaskCompletionSource<ActivityResponse>().Task);
        await Shop.StartAsync("CallBank", "w1", "1");
        await Eventually.TrueAsync(() => bankWorker.Activities.Count == 1, "the bank has the activity");

        foreach (var result in new[] { "first", "second" })
        {
            await bank.CallAsync<ActivityResponse, CompleteTaskResponse>("CompleteActivityTask", new ActivityResponse { InstanceId = "w1", TaskId = 0, Result = result });
        }

        (await Shop.CompletionAsync("w1")).Output.Should().Be("first");
    }

    [Fact]
    public async Task Activity_AppIsAbsent_IsNamedAndGoesOnWhenItComes()
    {
        await using var shopWorker = Worker(Shop);
        await Shop.StartAsync("CallBank", "w1", "1");

        await Eventually.TrueAsync(
            async () => await Shop.Engine.FindWaitAsync("w1", default) == "activity 'Pay' (#0), which waits for app 'bank', which runs no workflows here; these do: shop", "the wait is named");
        Shop.Engine.Waits().Should().Equal("1 workflow instances wait for app 'bank', which runs no workflows here; these do: shop");
        await using var bank = await StartBankAsync();
        (await Shop.Engine.FindWaitAsync("w1", default)).Should().Be("activity 'Pay' (#0), which waits for a worker: none of app 'bank' is connected");
        await using var bankWorker = Worker(bank);

        (await Shop.CompletionAsync("w1")).Output.Should().Be("1");
    }

    [Fact]
    public async Task Activity_OtherAppStops_RunsInTheNextWithTheSameExecutionId()
    {
        await using var shopWorker = Worker(Shop);
        var bank = await StartBankAsync();
        var lost = Worker(bank, worker => worker.Activity = _ => new TaskCompletionSource<ActivityResponse>().Task);
        await Shop.StartAsync("CallBank", "w1", "1");
        await Eventually.TrueAsync(() => lost.Activities.Count == 1, "the bank has the activity");

        await bank.DisposeAsync();
        await using var next = await StartBankAsync();
        await using var bankWorker = Worker(next);

        (await Shop.CompletionAsync("w1")).Output.Should().Be("1");
        bankWorker.Activities.Single().TaskExecutionId.Should().Be(lost.Activities.Single().TaskExecutionId);
        await lost.DisposeAsync();
    }

    [Fact]
    public async Task Activity_CallerStops_RunsForTheNextAndTheOldAnswerIsStale()
    {
        await using var bank = await StartBankAsync();
        var held = new TaskCompletionSource<ActivityResponse>();
        await using var bankWorker = Worker(bank, worker => worker.Activity = request => worker.Activities.Count == 1 ? held.Task : Task.FromResult(new ActivityResponse { Result = "again" }));
        await using (Worker(Shop))
        {
            await Shop.StartAsync("CallBank", "w1", "1");
            await Eventually.TrueAsync(() => bankWorker.Activities.Count == 1, "the bank has the activity");
            await Shop.DisposeAsync();
        }

        held.SetResult(new ActivityResponse { Result = "old" });
        Shop = await StartShopAsync();
        await using var shopWorker = Worker(Shop);

        (await Shop.CompletionAsync("w1")).Output.Should().Be("again");
        bankWorker.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task Activity_CannotBeBegunInTheOtherApp_ItsOwnEngineTakesItAndTheOthersInstanceStays()
    {
        await using (Worker(Shop))
        {
            await Shop.StartAsync("CallBank", "w1", "1");
            await Eventually.TrueAsync(() => ShopData.Runs["w1"].Tasks.Count == 1, "the activity waits for the bank");
            await Shop.DisposeAsync();
        }

        await using var bank = await StartBankAsync();
        await using var bankWorker = Worker(bank);
        await bank.StartAsync("WaitEvent", "w1");
        lock (ShopData.Gate)
        {
            var tasks = ShopData.Runs["w1"].Tasks;
            var key = tasks.Keys.Single();
            tasks[key] = tasks[key] with { Event = new HistoryEvent { Router = new TaskRouter { SourceAppID = "shop", TargetAppID = "bank" } }.ToByteArray() };
        }

        var loaded = bank.Engine.LoadedInstances;
        Shop = await StartShopAsync();

        await Eventually.TrueAsync(() => Shop.Engine.Waits().Any(wait => wait.StartsWith("1 workflow instances cannot go on", StringComparison.Ordinal)), "the caller's engine has it");
        bank.Engine.Waits().Should().BeEmpty();
        bank.Engine.LoadedInstances.Should().Be(loaded);
    }
}
