using Dapr.DurableTask.Protobuf;
using Sidecar.Api.Grpc;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows;

/// <summary>What workflows do, seen over the wire by a client and a scripted worker, on every store.</summary>
public abstract class WorkflowEngineContract : IAsyncLifetime
{
    private WorkflowHost _host = null!;

    public async Task InitializeAsync() => _host = await WorkflowHost.StartAsync(await CreateStoreAsync());

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Start_WorkerConnected_CompletesWithOutput()
    {
        await using var worker = _host.Worker().Start();

        await _host.StartAsync("Echo", "w1", "\"hello\"");
        var state = await _host.CompletionAsync("w1");

        state.WorkflowStatus.Should().Be(OrchestrationStatus.Completed);
        state.Output.Should().Be("\"hello\"");
        state.Input.Should().Be("\"hello\"");
        state.Name.Should().Be("Echo");
    }

    [Fact]
    public async Task Chain_FiveActivities_RunOnceEachWithTheProtocolsEvents()
    {
        await using var worker = _host.Worker().Start();

        await _host.StartAsync("Chain", "w1", "5");
        var state = await _host.CompletionAsync("w1");

        state.Output.Should().Be("5");
        worker.Activities.Select(activity => activity.Input).Should().Equal("0", "1", "2", "3", "4");
        worker.Activities.Select(activity => activity.TaskExecutionId).Should().OnlyHaveUniqueItems();
        var turns = worker.Turns.ToList();
        turns[0].PastEvents.Should().BeEmpty();
        turns[0].NewEvents.Select(e => e.EventTypeCase.ToString()).Should().Equal("WorkflowStarted", "ExecutionStarted");
        turns[1].PastEvents.Select(e => e.EventTypeCase.ToString()).Should().Equal("WorkflowStarted", "ExecutionStarted", "TaskScheduled");
        turns[1].NewEvents.Select(e => e.EventTypeCase.ToString()).Should().Equal("WorkflowStarted", "TaskCompleted");
        turns.Select(turn => turn.ExecutionId).Distinct().Should().ContainSingle("one run has one execution id");
    }

    [Fact]
    public async Task FanOut_ManyActivities_AllRunAndAreCounted()
    {
        await using var worker = _host.Worker().Start();

        await _host.StartAsync("FanOut", "w1", "250");

        (await _host.CompletionAsync("w1")).Output.Should().Be("250");
        worker.Activities.Select(activity => activity.TaskId).Should().BeEquivalentTo(Enumerable.Range(0, 250));
    }

    [Fact]
    public async Task CompleteActivity_SentThreeTimes_CountsOnce()
    {
        await using var worker = _host.Worker();
        worker.Repeat = 3;
        worker.Start();

        await _host.StartAsync("Chain", "w1", "3");

        (await _host.CompletionAsync("w1")).Output.Should().Be("3");
        var history = await _host.CallAsync<GetInstanceHistoryRequest, GetInstanceHistoryResponse>("GetInstanceHistory", new GetInstanceHistoryRequest { InstanceId = "w1" });
        history.Events.Count(e => e.TaskCompleted is not null).Should().Be(3);
        history.Events[^1].ExecutionCompleted.WorkflowStatus.Should().Be(OrchestrationStatus.Completed);
    }

    [Fact]
    public async Task Start_NoWorker_WaitsUntilTheDeadlineAndIsDurable()
    {
        (await WorkflowHost.CodeOfAsync(() => _host.StartAsync("Echo", "w1", "1", timeout: TimeSpan.FromMilliseconds(200)))).Should().Be(GrpcCode.DeadlineExceeded);
        (await _host.GetAsync("w1"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Pending);

        await using var worker = _host.Worker().Start();

        (await _host.CompletionAsync("w1")).Output.Should().Be("1");
    }

    [Fact]
    public async Task Start_IdInUse_AlreadyExistsUntilItHasEnded()
    {
        await using var worker = _host.Worker().Start();
        await _host.StartAsync("WaitEvent", "w1");

        (await WorkflowHost.CodeOfAsync(() => _host.StartAsync("Echo", "w1", "2"))).Should().Be(GrpcCode.AlreadyExists);
        await _host.RaiseAsync("w1", "go", "1");
        await _host.CompletionAsync("w1");
        await _host.StartAsync("Echo", "w1", "2");

        await Eventually.TrueAsync(async () => (await _host.GetAsync("w1"))!.Output == "2", "the second run of the id completes");
    }

    [Fact]
    public async Task Start_Scheduled_RunsWhenDue()
    {
        await using var worker = _host.Worker().Start();
        var at = TimeProvider.System.GetUtcNow().AddMilliseconds(400);

        await _host.StartAsync("Echo", "w1", "1", at);
        var before = await _host.GetAsync("w1");
        var state = await _host.CompletionAsync("w1");

        before!.WorkflowStatus.Should().Be(OrchestrationStatus.Pending);
        state.CompletedTimestamp.ToDateTimeOffset().Should().BeOnOrAfter(at);
    }

    [Fact]
    public async Task RaiseEvent_BeforeAnybodyWaits_IsBuffered()
    {
        var start = _host.StartAsync("WaitEvent", "w1");
        await Eventually.TrueAsync(async () => await _host.GetAsync("w1") is not null, "it is stored, though nobody works");
        await _host.RaiseAsync("w1", "other", "0");
        await _host.RaiseAsync("w1", "go", "7");

        await using var worker = _host.Worker().Start();

        await start;
        (await _host.CompletionAsync("w1")).Output.Should().Be("7");
        await _host.RaiseAsync("w1", "go", "ignored");
        (await WorkflowHost.CodeOfAsync(() => _host.RaiseAsync("nope", "go"))).Should().Be(GrpcCode.NotFound);
    }

    [Fact]
    public async Task Timer_Due_Fires()
    {
        await using var worker = _host.Worker().Start();

        await _host.StartAsync("Timer", "w1", "200");

        (await _host.CompletionAsync("w1")).Output.Should().Be("\"fired\"");
    }

    [Fact]
    public async Task Suspend_EventArrives_IsHeldUntilResume()
    {
        await using var worker = _host.Worker().Start();
        await _host.StartAsync("WaitEvent", "w1");

        await _host.CallAsync<SuspendRequest, SuspendResponse>("SuspendInstance", new SuspendRequest { InstanceId = "w1" });
        var turns = worker.Turns.Count;
        await _host.RaiseAsync("w1", "go", "1");
        (await WorkflowHost.CodeOfAsync(() => _host.CompletionAsync("w1", TimeSpan.FromMilliseconds(200)))).Should().Be(GrpcCode.DeadlineExceeded);

        (await _host.GetAsync("w1"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Suspended);
        worker.Turns.Should().HaveCount(turns);
        await _host.CallAsync<ResumeRequest, ResumeResponse>("ResumeInstance", new ResumeRequest { InstanceId = "w1" });
        (await _host.CompletionAsync("w1")).Output.Should().Be("1");
    }

    [Fact]
    public async Task Terminate_ParentRecursive_EndsTheChildToo()
    {
        await using var worker = _host.Worker().Start();
        await _host.StartAsync("ParentOfWaiting", "p1", "c1");
        await Eventually.TrueAsync(async () => (await _host.GetAsync("c1"))?.WorkflowStatus == OrchestrationStatus.Running, "the child runs");

        await _host.CallAsync<TerminateRequest, TerminateResponse>("TerminateInstance", new TerminateRequest { InstanceId = "p1", Output = "\"enough\"", Recursive = true });

        (await _host.CompletionAsync("p1")).WorkflowStatus.Should().Be(OrchestrationStatus.Terminated);
        (await _host.CompletionAsync("p1")).Output.Should().Be("\"enough\"");
        (await _host.CompletionAsync("c1")).WorkflowStatus.Should().Be(OrchestrationStatus.Terminated);
    }

    [Fact]
    public async Task Child_Completes_ParentGetsTheResult()
    {
        await using var worker = _host.Worker().Start();

        await _host.StartAsync("Parent", "p1", "c1");

        (await _host.CompletionAsync("p1")).Output.Should().Be("\"from parent\"");
        (await _host.GetAsync("c1"))!.ParentInstanceId.Should().Be("p1");
    }

    [Fact]
    public async Task Child_IdInUse_ParentGetsTheFailure()
    {
        await using var worker = _host.Worker().Start();
        await _host.StartAsync("WaitEvent", "c1");

        await _host.StartAsync("Parent", "p1", "c1");

        (await _host.CompletionAsync("p1")).Output.Should().Be("failed: WorkflowInstanceAlreadyExists");
        (await _host.GetAsync("c1"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Running);
    }

    [Fact]
    public async Task ContinueAsNew_EventsCarriedOver_NoneIsLost()
    {
        await using var worker = _host.Worker().Start();
        await _host.StartAsync("Again", "w1", "0");

        await _host.RaiseAsync("w1", "kept", "1");
        await _host.RaiseAsync("w1", "kept", "2");
        var state = await _host.CompletionAsync("w1");

        state.Output.Should().Be("2");
        state.Input.Should().Be("3");
        worker.Turns.Select(turn => turn.ExecutionId).Distinct().Should().HaveCount(4);
    }

    [Fact]
    public async Task SendEvent_ToAnotherInstance_Arrives()
    {
        await using var worker = _host.Worker().Start();
        await _host.StartAsync("WaitEvent", "w1");

        await _host.StartAsync("Sender", "w2", "w1");

        (await _host.CompletionAsync("w1")).Output.Should().Be("\"sent\"");
    }

    [Fact]
    public async Task Workflow_Throws_FailedWithDetails()
    {
        await using var worker = _host.Worker().Start();

        await _host.StartAsync("Throw", "w1");
        var state = await _host.CompletionAsync("w1");

        state.WorkflowStatus.Should().Be(OrchestrationStatus.Failed);
        state.FailureDetails.ErrorMessage.Should().Be("it broke");
    }

    [Fact]
    public async Task Replay_RepeatsAnActionOfHistory_FailsNamingBoth()
    {
        await using var worker = _host.Worker().Start();

        await _host.StartAsync("Forgetful", "w1");
        var state = await _host.CompletionAsync("w1");

        state.FailureDetails.ErrorType.Should().Be("NonDeterministicWorkflow");
        state.FailureDetails.ErrorMessage.Should().Contain("#0").And.Contain("TaskScheduled");
    }

    [Fact]
    public async Task CustomStatus_Set_IsSeen()
    {
        await using var worker = _host.Worker().Start();
        await _host.StartAsync("Status", "w1");

        (await _host.GetAsync("w1"))!.CustomStatus.Should().Be("\"step-1\"");
    }

    [Fact]
    public async Task Purge_OnlyWhatHasEnded()
    {
        await using var worker = _host.Worker().Start();
        await _host.StartAsync("WaitEvent", "w1");
        var purge = () => _host.CallAsync<PurgeInstancesRequest, PurgeInstancesResponse>("PurgeInstances", new PurgeInstancesRequest { InstanceId = "w1", Recursive = true });

        (await WorkflowHost.CodeOfAsync(purge)).Should().Be(GrpcCode.FailedPrecondition);
        await _host.RaiseAsync("w1", "go");
        await _host.CompletionAsync("w1");

        (await purge()).DeletedInstanceCount.Should().Be(1);
        (await purge()).DeletedInstanceCount.Should().Be(0);
        (await _host.GetAsync("w1")).Should().BeNull();
        await _host.StartAsync("Echo", "w1", "1");
    }

    [Fact]
    public async Task List_Pages_AllOnce()
    {
        await using var worker = _host.Worker().Start();
        await Task.WhenAll(Enumerable.Range(0, 5).Select(i => _host.StartAsync("Echo", $"w{i}", "1")));

        var ids = new List<string>();
        string? token = null;
        do
        {
            var request = new ListInstanceIDsRequest { PageSize = 2 };
            if (token is not null)
            {
                request.ContinuationToken = token;
            }

            var page = await _host.CallAsync<ListInstanceIDsRequest, ListInstanceIDsResponse>("ListInstanceIDs", request);
            ids.AddRange(page.InstanceIds);
            token = page.HasContinuationToken ? page.ContinuationToken : null;
        }
        while (token is not null);

        ids.Should().Equal("w0", "w1", "w2", "w3", "w4");
    }

    [Fact]
    public async Task Worker_LostDuringAnActivity_AnotherGetsItWithTheSameExecutionId()
    {
        var lost = _host.Worker();
        lost.Activity = _ => new TaskCompletionSource<ActivityResponse>().Task;
        lost.Start();
        await _host.StartAsync("Chain", "w1", "1");
        await Eventually.TrueAsync(() => lost.Activities.Count == 1, "the first worker has the activity");

        await lost.DisposeAsync();
        await using var worker = _host.Worker().Start();

        (await _host.CompletionAsync("w1")).Output.Should().Be("1");
        worker.Activities.Single().TaskExecutionId.Should().Be(lost.Activities.Single().TaskExecutionId);
    }

    [Fact]
    public async Task CompleteActivity_StaleToken_ChangesNothing()
    {
        await using var worker = _host.Worker();
        var release = new TaskCompletionSource();
        worker.Activity = async request =>
        {
            await release.Task;
            return new ActivityResponse { Result = "right" };
        };
        worker.Start();
        await _host.StartAsync("Chain", "w1", "1");
        await Eventually.TrueAsync(() => worker.Activities.Count == 1, "the worker has the activity");

        await _host.CallAsync<ActivityResponse, CompleteTaskResponse>("CompleteActivityTask", new ActivityResponse { InstanceId = "w1", TaskId = 0, CompletionToken = "stale", Result = "wrong" });
        release.SetResult();
        await _host.CompletionAsync("w1");

        var history = await _host.CallAsync<GetInstanceHistoryRequest, GetInstanceHistoryResponse>("GetInstanceHistory", new GetInstanceHistoryRequest { InstanceId = "w1" });
        history.Events.Single(e => e.TaskCompleted is not null).TaskCompleted.Result.Should().Be("right");
    }

    [Fact]
    public async Task Start_ManyAtOnce_AllComplete()
    {
        await using var worker = _host.Worker().Start();

        await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            await _host.StartAsync("Chain", $"w{i}", "5", timeout: TimeSpan.FromSeconds(20));
            (await _host.CompletionAsync($"w{i}")).Output.Should().Be("5");
        }));

        worker.Activities.Should().HaveCount(1_000);
        await Eventually.TrueAsync(() => _host.Engine.LoadedInstances == 0, "what has ended leaves memory");
    }

    private protected abstract Task<IWorkflowStore> CreateStoreAsync();
}
