using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows.Engine;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows;

/// <summary>Workers of the older protocol, whose answers name an instance and a number only: each answer counts for what it answers, and for nothing else.</summary>
public sealed class TokenlessAnswerTests
{
    private static readonly WorkflowOptions AtOnce = new() { WaitReportedAfter = TimeSpan.Zero };
    private readonly WorkflowPeers _peers = new();

    [Fact]
    public async Task Activity_OtherAppsHasTheSameIdAndNumber_EachGetsItsOwnAnswer()
    {
        await using var shop = await StartAsync("shop");
        await using var bank = await StartAsync("bank");
        await using var shopWorker = CallingBank(shop.Worker()).Start();
        await using var bankWorker = CallingBank(bank.Worker(hasTokens: false));
        var answers = new Stack<TaskCompletionSource<ActivityResponse>>();
        bankWorker.Activity = _ =>
        {
            lock (answers)
            {
                answers.Push(new TaskCompletionSource<ActivityResponse>(TaskCreationOptions.RunContinuationsAsynchronously));
                return answers.Peek().Task;
            }
        };
        bankWorker.Start();
        await shop.StartAsync("CallBank", "order-1", "\"of the shop\"");
        await Eventually.TrueAsync(() => bankWorker.Activities.Count == 1, "the shop's activity is with the worker");
        await bank.StartAsync("CallBank", "order-1", "\"of the bank\"");
        await Eventually.TrueAsync(
            async () => bankWorker.Activities.Count == 2 || await bank.Engine.FindWaitAsync("order-1", default) == "activity 'Pay' (#0), which waits for the answer to another of that number of an instance of that id, as the worker which has it answers without tokens",
            "the bank's own has been looked at");

        // The latest first, as a quick activity that began after a slow one.
        for (var answered = 0; answered < 2; answered++)
        {
            await Eventually.TrueAsync(() => bankWorker.Activities.Count > answered, "the worker has one");
            answers.Pop().SetResult(new ActivityResponse { Result = bankWorker.Activities.Last().Input });
        }

        (await shop.CompletionAsync("order-1")).Output.Should().Be("\"of the shop\"");
        (await bank.CompletionAsync("order-1")).Output.Should().Be("\"of the bank\"");
        bankWorker.Activities.Should().HaveCount(2);
    }

    [Fact]
    public async Task Turn_AnswerToOneThatWasDropped_TakesNoEventsOfTheNext()
    {
        await using var host = await StartAsync("app");
        await using var worker = host.Worker(hasTokens: false);
        using var first = new SemaphoreSlim(0);
        using var second = new SemaphoreSlim(0);
        var turns = 0;
        worker.Workflows["WaitEvent"] = events =>
        {
            (Interlocked.Increment(ref turns) == 1 ? first : second).Wait(TimeSpan.FromSeconds(20));
            return Scripts.All["WaitEvent"](events);
        };
        worker.Start();
        var start = host.StartAsync("WaitEvent", "w1");
        await Eventually.TrueAsync(() => turns == 1, "the worker has the first turn");
        await host.CallAsync<SuspendRequest, SuspendResponse>("SuspendInstance", new SuspendRequest { InstanceId = "w1" });
        await host.RaiseAsync("w1", "go", "7");
        await host.CallAsync<ResumeRequest, ResumeResponse>("ResumeInstance", new ResumeRequest { InstanceId = "w1" });
        await Eventually.TrueAsync(() => host.Engine.Dispatcher.QueuedTurns == 0, "the next turn has been looked at");

        first.Release();
        await Eventually.TrueAsync(() => worker.TurnsAnswered == 1, "the answer to the first has come");
        second.Release();

        (await host.CompletionAsync("w1")).Output.Should().Be("7");
        await start;
    }

    [Fact]
    public async Task Activity_AnswerComesAgainWhenItsWorkerHasGone_ChangesNothing()
    {
        await using var host = await StartAsync("app");
        await using (var gone = host.Worker(hasTokens: false))
        {
            gone.Activity = _ => new TaskCompletionSource<ActivityResponse>().Task;
            gone.Start();
            await host.StartAsync("Chain", "w1", "1");
            await Eventually.TrueAsync(() => gone.Activities.Count == 1, "the worker has the activity");
        }

        await Eventually.TrueAsync(() => host.Engine.Dispatcher.Workers == 0, "it has gone");

        await host.CallAsync<ActivityResponse, CompleteTaskResponse>("CompleteActivityTask", new ActivityResponse { InstanceId = "w1", TaskId = 0, Result = "late" });

        host.Engine.Dispatcher.QueuedActivities.Should().Be(1, "nobody knows whose answer that was");
        await using var other = host.Worker().Start();
        (await host.CompletionAsync("w1")).Output.Should().Be("1");
        other.Activities.Should().ContainSingle();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Answer_InstanceCannotBeLoadedForIt_WorkIsHandedOutAgain(bool isTurn)
    {
        var store = new FaultyStore(new InMemoryWorkflowData(), commit => commit.Inbox.Any(row => HistoryEvent.Parser.ParseFrom(row.Event).EventRaised is not null));
        await using var host = await WorkflowHost.StartAsync(store);
        await using var worker = host.Worker(hasTokens: false);
        using var answer = new SemaphoreSlim(0);
        worker.Workflows["Step"] = events => Answered(() => worker.Turns.Count == 1 && isTurn, Scripts.All["Chain"](events));
        worker.Activity = request => Task.FromResult(Answered(() => worker.Activities.Count == 1 && !isTurn, new ActivityResponse { Result = request.Input }));
        worker.Start();
        var start = host.StartAsync("Step", "w1", "1");
        await Eventually.TrueAsync(() => isTurn ? worker.Turns.Count == 1 : worker.Activities.Count == 1, "the worker has it");
        store.RefusesLoads = true;
        await host.Invoking(each => each.RaiseAsync("w1", "go")).Should().ThrowAsync<Exception>("what is refused takes the instance from memory");

        answer.Release();
        await Eventually.TrueAsync(() => worker.Errors.Count == 1, "the answer is refused");
        store.RefusesLoads = false;

        (await host.CompletionAsync("w1")).Output.Should().Be("1");
        await start;

        T Answered<T>(Func<bool> waits, T result)
        {
            if (waits())
            {
                answer.Wait(TimeSpan.FromSeconds(20));
            }

            return result;
        }
    }

    private static FakeWorker CallingBank(FakeWorker worker)
    {
        worker.Workflows["CallBank"] = events =>
            events.FirstOrDefault(e => e.TaskCompleted is not null) is { } done ? [new WorkflowAction { CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Completed, Result = done.TaskCompleted.Result } }]
            : events.Any(e => e.TaskScheduled is not null) ? []
            : [new WorkflowAction { Id = 0, Router = new TaskRouter { TargetAppID = "bank" }, ScheduleTask = new ScheduleTaskAction { Name = "Pay", Input = events.Last(e => e.ExecutionStarted is not null).ExecutionStarted.Input } }];
        return worker;
    }

    private Task<WorkflowHost> StartAsync(string app) => WorkflowHost.StartAsync(new InMemoryWorkflowStore(app, new InMemoryWorkflowData()), AtOnce, appId: app, peers: _peers);
}
