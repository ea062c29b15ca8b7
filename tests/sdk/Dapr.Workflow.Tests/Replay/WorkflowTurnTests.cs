using Dapr.DurableTask.Protobuf;
using Proto = Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Tests.Replay;

public sealed class WorkflowTurnTests
{
    [Fact]
    public async Task Run_SequentialActivities_SchedulesThemOneByOneAndCompletes()
    {
        var instance = Instance<int, string>(async (context, input) =>
        {
            var first = await context.CallActivityAsync<int>("Add", input);
            var second = await context.CallActivityAsync<int>("Add", first);
            return $"{first},{second}";
        }, 1);

        await instance.StartAsync();
        instance.Last.Actions.Should().ContainSingle().Which.ScheduleTask.Should().Match<ScheduleTaskAction>(task => task.Name == "Add" && task.Input == "1" && task.TaskExecutionId.Length == 32);
        instance.Last.CompletionToken.Should().Be("token");
        await instance.CompleteAsync(0, 2);
        instance.Last.Actions.Should().ContainSingle().Which.Should().Match<WorkflowAction>(action => action.Id == 1 && action.ScheduleTask.Input == "2");
        await instance.CompleteAsync(1, 3);

        instance.Last.Actions.Should().ContainSingle().Which.Id.Should().Be(0);
        instance.Completion!.WorkflowStatus.Should().Be(OrchestrationStatus.Completed);
        instance.Completion.Result.Should().Be("\"2,3\"");
    }

    [Fact]
    public async Task Run_ParallelActivities_CompletesWhenTheLastIsDone()
    {
        var instance = Instance<object?, int[]>(async (context, _) =>
            await Task.WhenAll(Enumerable.Range(0, 3).Select(number => context.CallActivityAsync<int>("A", number))));

        (await instance.StartAsync()).Actions.Select(action => action.Id).Should().Equal(0, 1, 2);
        (await instance.CompleteAsync(2, 20)).Actions.Should().BeEmpty();
        (await instance.CompleteAsync(0, 0)).Actions.Should().BeEmpty();
        await instance.CompleteAsync(1, 10);

        instance.Completion!.Result.Should().Be("[0,10,20]");
    }

    [Fact]
    public async Task Run_SameActionsInEveryTurn_KeepTheirIds()
    {
        var seen = new List<string>();
        var instance = Instance<object?, string>(async (context, _) =>
        {
            seen.Add($"{context.NewGuid()} {context.NewGuid()}");
            await context.CallActivityAsync("A");
            return "done";
        });

        var first = await instance.StartAsync();
        await instance.CompleteAsync(0, null);

        seen.Should().HaveCount(2);
        seen.Distinct().Should().ContainSingle();
        first.Actions[0].ScheduleTask.TaskExecutionId.Should().NotBeEmpty();
    }

    [Fact]
    public async Task Run_ThrowingWorkflow_FailsNonRetriably()
    {
        var instance = Instance<object?, int>((_, _) => throw new InvalidOperationException("broken"));

        await instance.StartAsync();

        instance.Completion!.WorkflowStatus.Should().Be(OrchestrationStatus.Failed);
        instance.Completion.FailureDetails.Should().Match<TaskFailureDetails>(details =>
            details.ErrorType == "System.InvalidOperationException" && details.ErrorMessage == "broken" && details.IsNonRetriable);
    }

    [Fact]
    public async Task Run_InputOfAnotherType_FailsWithoutTouchingTheWorkflow()
    {
        var ran = false;
        var instance = new TestInstance(
            options => options.RegisterWorkflow<int, int>("W", (_, _) =>
            {
                ran = true;
                return Task.FromResult(1);
            }),
            "not a number");

        await instance.StartAsync();

        ran.Should().BeFalse();
        instance.Completion!.FailureDetails.ErrorType.Should().Be("System.Text.Json.JsonException");
        instance.Completion.FailureDetails.IsNonRetriable.Should().BeFalse();
    }

    [Fact]
    public async Task Run_UnknownWorkflow_Fails()
    {
        var instance = Instance<object?, int>((_, _) => Task.FromResult(1));

        await instance.StartAsync("Other");

        instance.Completion!.FailureDetails.ErrorType.Should().Be("WorkflowNotFound");
        instance.Completion.FailureDetails.IsNonRetriable.Should().BeTrue();
    }

    [Fact]
    public async Task Run_NameInAnotherCase_IsFound()
    {
        var instance = Instance<object?, int>((_, _) => Task.FromResult(7));

        await instance.StartAsync("w");

        instance.Completion!.Result.Should().Be("7");
    }

    [Fact]
    public async Task Run_FailedActivity_ReachesTheWorkflowAsException()
    {
        var instance = Instance<object?, string>(async (context, _) =>
        {
            try
            {
                await context.CallActivityAsync("A");
                return "unreached";
            }
            catch (WorkflowTaskFailedException exception) when (exception.FailureDetails.IsCausedBy<InvalidOperationException>())
            {
                return exception.FailureDetails.ErrorMessage;
            }
        });

        await instance.StartAsync();
        await instance.FailAsync(0);

        instance.Completion!.Result.Should().Be("\"no\"");
    }

    [Fact]
    public async Task Run_Timer_FiresAtTheWorkflowsTime()
    {
        var instance = Instance<object?, DateTime>(async (context, _) =>
        {
            await context.CreateTimer(TimeSpan.FromMinutes(5));
            return context.CurrentUtcDateTime;
        });

        var response = await instance.StartAsync();
        response.Actions[0].CreateTimer.FireAt.ToDateTime().Should().Be(instance.Now.AddMinutes(5));
        response.Actions[0].CreateTimer.CreateTimer.Should().NotBeNull();
        await instance.FireAsync(0);

        instance.Completion!.Result.Should().Be($"\"{instance.Now:yyyy-MM-ddTHH:mm:ssZ}\"");
    }

    [Fact]
    public async Task Run_TerminatedInstance_EndsWithoutRunning()
    {
        var runs = 0;
        var instance = Instance<object?, int>(async (context, _) =>
        {
            runs++;
            await context.CallActivityAsync("A");
            return 1;
        });

        await instance.StartAsync();
        await instance.TurnAsync(new HistoryEvent { EventId = -1, ExecutionTerminated = new ExecutionTerminatedEvent { Input = "\"why\"" } });

        runs.Should().Be(1);
        instance.Last.Actions.Should().ContainSingle();
        instance.Completion!.Should().Match<CompleteWorkflowAction>(action => action.WorkflowStatus == OrchestrationStatus.Terminated && action.Result == "\"why\"");
    }

    [Fact]
    public async Task Run_SuspendedInstance_WaitsWithItsEventsUntilItGoesOn()
    {
        var instance = Instance<object?, string>(async (context, _) => await context.WaitForExternalEventAsync<string>("go"));

        await instance.StartAsync();
        (await instance.TurnAsync(new HistoryEvent { EventId = -1, ExecutionSuspended = new ExecutionSuspendedEvent() })).Actions.Should().BeEmpty();
        (await instance.TurnAsync(TestInstance.Raised("go", "x"))).Actions.Should().BeEmpty();
        await instance.TurnAsync(new HistoryEvent { EventId = -1, ExecutionResumed = new ExecutionResumedEvent() });

        instance.Completion!.Result.Should().Be("\"x\"");
    }

    [Fact]
    public async Task Run_ContinueAsNew_CarriesUnconsumedEventsOver()
    {
        var instance = Instance<int, int>(async (context, input) =>
        {
            await context.WaitForExternalEventAsync<string>("a");
            context.ContinueAsNew(input + 1);
            return 0;
        }, 1);

        await instance.StartAsync();
        await instance.TurnAsync(TestInstance.Raised("a"), TestInstance.Raised("b", 2), TestInstance.Raised("A", 3));

        instance.Completion!.WorkflowStatus.Should().Be(OrchestrationStatus.ContinuedAsNew);
        instance.Completion.Result.Should().Be("2");
        instance.Completion.CarryoverEvents.Select(entry => entry.EventRaised.Name).Should().Equal("b", "A");
    }

    [Fact]
    public async Task Run_ContinueAsNewWithoutPreserving_DropsEvents()
    {
        var instance = Instance<object?, int>((context, _) =>
        {
            context.ContinueAsNew(preserveUnprocessedEvents: false);
            return Task.FromResult(0);
        });

        await instance.StartAsync("W", TestInstance.Raised("b"));

        instance.Completion!.CarryoverEvents.Should().BeEmpty();
    }

    [Fact]
    public async Task Run_CustomStatus_IsSentAgainInEveryTurn()
    {
        var instance = Instance<object?, int>(async (context, _) =>
        {
            context.SetCustomStatus(new { Step = 1 });
            await context.CallActivityAsync("A");
            await context.CallActivityAsync("B");
            return 1;
        });

        (await instance.StartAsync()).CustomStatus.Should().Be("{\"step\":1}");
        (await instance.CompleteAsync(0, null)).CustomStatus.Should().Be("{\"step\":1}");
    }

    [Fact]
    public async Task Run_ChildWorkflow_GetsAnIdOfItsOwnAndItsResult()
    {
        var instance = Instance<object?, string>(async (context, _) => await context.CallChildWorkflowAsync<string>("Child", 5));

        var child = (await instance.StartAsync()).Actions[0].CreateChildWorkflow;
        Guid.TryParse(child.InstanceId, out _).Should().BeTrue();
        child.Input.Should().Be("5");
        await instance.TurnAsync(new HistoryEvent { EventId = -1, ChildWorkflowInstanceCompleted = new ChildWorkflowInstanceCompletedEvent { TaskScheduledId = 0, Result = "\"ok\"" } });

        instance.Completion!.Result.Should().Be("\"ok\"");
    }

    [Fact]
    public async Task Run_SendEvent_IsSentOnce()
    {
        var instance = Instance<object?, int>(async (context, _) =>
        {
            context.SendEvent("other", "hello", 1);
            await context.CallActivityAsync("A");
            return 1;
        });

        (await instance.StartAsync()).Actions[0].SendEvent.Should().Match<SendEventAction>(send => send.Instance.InstanceId == "other" && send.Name == "hello" && send.Data == "1");
        (await instance.CompleteAsync(1, null)).Actions.Should().OnlyContain(action => action.CompleteWorkflow != null);
    }

    [Fact]
    public async Task Run_TargetAppId_IsRoutedWhenTheOwnAppIsKnown()
    {
        var instance = new TestInstance(options => options.RegisterWorkflow<object?, int>("W", async (context, _) =>
            await context.CallActivityAsync<int>("A", options: new WorkflowTaskOptions(TargetAppId: "there"))))
        {
            AppId = "here",
        };

        var action = (await instance.StartAsync()).Actions[0];

        action.Router.Should().Be(new Proto.TaskRouter { SourceAppID = "here", TargetAppID = "there" });
        action.ScheduleTask.Router.Should().Be(action.Router);
    }

    [Fact]
    public async Task IsPatched_NewCode_AppliesAndIsReported()
    {
        var instance = Instance<object?, bool>((context, _) => Task.FromResult(context.IsPatched("p")));

        await instance.StartAsync();

        instance.Completion!.Result.Should().Be("true");
        instance.Last.Version.Patches.Should().Equal("p");
    }

    [Fact]
    public async Task IsPatched_CodeThatRanBeforeWithout_StaysAsItWas()
    {
        var patched = false;
        var instance = Instance<object?, bool>(async (context, _) =>
        {
            var applies = patched && context.IsPatched("p");
            await context.CallActivityAsync("A");
            return applies;
        });

        await instance.StartAsync();
        patched = true;
        await instance.CompleteAsync(0, null);

        instance.Completion!.Result.Should().Be("false");
    }

    [Fact]
    public async Task IsPatched_PatchOfTheHistory_Applies()
    {
        var instance = new TestInstance(options => options.RegisterWorkflow<object?, bool>("W", async (context, _) =>
        {
            var applies = context.IsPatched("p");
            await context.CallActivityAsync("A");
            return applies;
        }))
        {
            Patches = ["p"],
        };

        await instance.StartAsync();
        await instance.CompleteAsync(0, null);

        instance.Completion!.Result.Should().Be("true");
    }

    [Fact]
    public async Task CreateTimer_LocalTime_IsRefused()
    {
        var instance = Instance<object?, int>(async (context, _) =>
        {
            await context.CreateTimer(new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Local), CancellationToken.None);
            return 1;
        });

        await instance.StartAsync();

        instance.Completion!.FailureDetails.ErrorType.Should().Be("System.ArgumentException");
    }

    [Fact]
    public async Task ProcessInParallel_MoreInputsThanSlots_KeepsTheBound()
    {
        var instance = Instance<object?, int[]>((context, _) =>
            context.ProcessInParallelAsync([1, 2, 3], number => context.CallActivityAsync<int>("A", number), maxConcurrency: 2));

        (await instance.StartAsync()).Actions.Should().HaveCount(2);
        (await instance.CompleteAsync(1, 20)).Actions.Should().ContainSingle().Which.ScheduleTask.Input.Should().Be("3");
        await instance.CompleteAsync(2, 30);
        await instance.CompleteAsync(0, 10);

        instance.Completion!.Result.Should().Be("[10,20,30]");
    }

    private static TestInstance Instance<TInput, TOutput>(Func<WorkflowContext, TInput, Task<TOutput>> run, object? input = null) =>
        new(options => options.RegisterWorkflow("W", run), input);
}
