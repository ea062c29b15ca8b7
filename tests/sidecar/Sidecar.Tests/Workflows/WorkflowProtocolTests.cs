using Dapr.DurableTask.Protobuf;
using Sidecar.Api.Grpc;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows;

/// <summary>The task hub on the wire, call by call: what each answers in every state of an instance, and what late or repeated calls change (nothing).</summary>
public sealed class WorkflowProtocolTests : IAsyncLifetime
{
    private WorkflowHost _host = null!;
    private FakeWorker _worker = null!;

    public async Task InitializeAsync()
    {
        _host = await WorkflowHost.StartAsync(new InMemoryWorkflowStore("app", new InMemoryWorkflowData()));
        _worker = _host.Worker();
    }

    public async Task DisposeAsync()
    {
        await _worker.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task StartInstance_WithoutAnId_MakesOne()
    {
        _worker.Start();

        var answer = await _host.StartAsync("Echo", "", "1");

        answer.InstanceId.Should().NotBeEmpty();
        (await _host.CompletionAsync(answer.InstanceId)).Output.Should().Be("1");
    }

    [Theory]
    [InlineData("Echo", null, nameof(OrchestrationStatus.Completed))]
    [InlineData("Throw", null, nameof(OrchestrationStatus.Failed))]
    [InlineData("WaitEvent", "terminate", nameof(OrchestrationStatus.Terminated))]
    public async Task StartInstance_IdOfOneThatHasEnded_RunsAnew(string workflow, string? then, string ended)
    {
        _worker.Start();
        await _host.StartAsync(workflow, "w1", "1");
        if (then is not null)
        {
            await TerminateAsync("w1");
        }

        var first = await _host.CompletionAsync("w1");
        await _host.StartAsync("Chain", "w1", "2");
        await Eventually.TrueAsync(async () => (await _host.GetAsync("w1")) is { WorkflowStatus: OrchestrationStatus.Completed, Output: "2" }, "the second run completes");

        first.WorkflowStatus.ToString().Should().Be(ended);
        (await HistoryAsync("w1")).Count(e => e.ExecutionStarted is not null).Should().Be(1, "the history is that of the second run");
        (await _host.GetAsync("w1"))!.ExecutionId.Should().NotBe(first.ExecutionId);
    }

    [Fact]
    public async Task StartInstance_IdOfOneThatIsSuspendedOrScheduled_AlreadyExists()
    {
        _worker.Start();
        await _host.StartAsync("WaitEvent", "held");
        await SuspendAsync("held");
        await _host.StartAsync("Echo", "later", "1", TimeProvider.System.GetUtcNow().AddHours(1));

        foreach (var id in new[] { "held", "later" })
        {
            (await WorkflowHost.CodeOfAsync(() => _host.StartAsync("Echo", id, "2"))).Should().Be(GrpcCode.AlreadyExists);
        }
    }

    [Fact]
    public async Task ScheduledStart_TerminatedBeforeItIsDue_NeverRuns()
    {
        _worker.Start();
        await _host.StartAsync("Echo", "later", "1", TimeProvider.System.GetUtcNow().AddMilliseconds(800));
        await TerminateAsync("later");
        await _host.StartAsync("Timer", "clock", "1000");

        (await _host.CompletionAsync("clock")).Output.Should().Be("\"fired\"");
        (await _host.GetAsync("later"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Terminated);
        _worker.Turns.Should().NotContain(turn => turn.InstanceId == "later");
    }

    [Fact]
    public async Task WaitForInstanceStart_AnswersWhenTheFirstTurnIsOver()
    {
        await WorkflowHost.CodeOfAsync(() => _host.StartAsync("WaitEvent", "w1", timeout: TimeSpan.FromMilliseconds(500)));
        var started = WaitAsync("WaitForInstanceStart", "w1");
        started.IsCompleted.Should().BeFalse("no worker has taken it");

        _worker.Start();

        (await started).WorkflowState.WorkflowStatus.Should().Be(OrchestrationStatus.Running);
    }

    [Fact]
    public async Task Get_UnknownInstance_DoesNotExist()
    {
        foreach (var method in new[] { "GetInstance", "WaitForInstanceStart", "WaitForInstanceCompletion" })
        {
            (await WaitAsync(method, "none")).Exists.Should().BeFalse(method);
        }
    }

    [Fact]
    public async Task Get_WithoutPayloads_LeavesThemOut()
    {
        _worker.Start();
        await _host.StartAsync("Echo", "w1", "\"in\"");
        await _host.CompletionAsync("w1");

        var state = (await _host.CallAsync<GetInstanceRequest, GetInstanceResponse>("GetInstance", new GetInstanceRequest { InstanceId = "w1" })).WorkflowState;

        state.WorkflowStatus.Should().Be(OrchestrationStatus.Completed);
        state.Input.Should().BeNull();
        state.Output.Should().BeNull();
    }

    [Fact]
    public async Task Operations_UnknownOrMissingInstance_AreRefused()
    {
        foreach (var (id, code) in new[] { ("none", GrpcCode.NotFound), ("", GrpcCode.InvalidArgument), ("a\0b", GrpcCode.InvalidArgument) })
        {
            (await WorkflowHost.CodeOfAsync(() => TerminateAsync(id))).Should().Be(code);
            (await WorkflowHost.CodeOfAsync(() => SuspendAsync(id))).Should().Be(code);
            (await WorkflowHost.CodeOfAsync(() => ResumeAsync(id))).Should().Be(code);
            (await WorkflowHost.CodeOfAsync(() => _host.RaiseAsync(id, "go"))).Should().Be(code);
            (await WorkflowHost.CodeOfAsync(() => HistoryAsync(id))).Should().Be(code);
        }

        (await WorkflowHost.CodeOfAsync(() => _host.StartAsync("", "w1"))).Should().Be(GrpcCode.InvalidArgument);
    }

    [Fact]
    public async Task Terminate_NotRecursive_LeavesTheChild()
    {
        _worker.Start();
        await _host.StartAsync("ParentOfWaiting", "p1", "c1");
        await Eventually.TrueAsync(async () => (await _host.GetAsync("c1"))?.WorkflowStatus == OrchestrationStatus.Running, "the child runs");

        await TerminateAsync("p1", recursive: false);
        await _host.RaiseAsync("c1", "go", "5");

        (await _host.CompletionAsync("c1")).Output.Should().Be("5");
        (await _host.GetAsync("p1"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Terminated);
    }

    [Fact]
    public async Task Terminate_WhileAnActivityRuns_ItsAnswerChangesNothing()
    {
        var release = new TaskCompletionSource<ActivityResponse>();
        _worker.Activity = _ => release.Task;
        _worker.Start();
        await _host.StartAsync("Chain", "w1", "1");
        await Eventually.TrueAsync(() => _worker.Activities.Count == 1, "the worker has the activity");

        await TerminateAsync("w1");
        var history = await HistoryAsync("w1");
        release.SetResult(new ActivityResponse { Result = "late" });
        await _worker.DisposeAsync();
        await _host.CallAsync<ActivityResponse, CompleteTaskResponse>("CompleteActivityTask", new ActivityResponse { InstanceId = "w1", TaskId = 0, Result = "later still" });

        (await HistoryAsync("w1")).Should().Equal(history);
    }

    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 1)]
    public async Task Purge_Recursive_TakesChildrenAndTheirs(bool recursive, int deleted)
    {
        _worker.Workflows["Grandparent"] = events => _worker.Workflows["Parent"](events).Select(action =>
        {
            action.CreateChildWorkflow?.Name = "Parent";
            action.CreateChildWorkflow?.Input = "c1";
            return action;
        });
        _worker.Start();
        await _host.StartAsync("Grandparent", "g1", "p1");
        await _host.CompletionAsync("g1");

        (await PurgeAsync(new PurgeInstancesRequest { InstanceId = "g1", Recursive = recursive })).Should().Be(deleted);

        (await _host.GetAsync("g1")).Should().BeNull();
        ((await _host.GetAsync("p1")) is null).Should().Be(recursive);
        ((await _host.GetAsync("c1")) is null).Should().Be(recursive);
    }

    [Fact]
    public async Task Purge_Forced_TakesWhatRuns()
    {
        _worker.Start();
        await _host.StartAsync("WaitEvent", "w1");

        (await PurgeAsync(new PurgeInstancesRequest { InstanceId = "w1", Force = true })).Should().Be(1);

        (await _host.GetAsync("w1")).Should().BeNull();
        (await WorkflowHost.CodeOfAsync(() => _host.RaiseAsync("w1", "go"))).Should().Be(GrpcCode.NotFound);
    }

    [Fact]
    public async Task Suspend_ActivityEndsAndTimerFires_AreHeldUntilResume()
    {
        var release = new TaskCompletionSource<ActivityResponse>();
        _worker.Activity = _ => release.Task;
        _worker.Start();
        await _host.StartAsync("Chain", "step", "1");
        await _host.StartAsync("Timer", "timer", "600");
        await Eventually.TrueAsync(() => _worker.Activities.Count == 1, "the worker has the activity");
        await SuspendAsync("step");
        await SuspendAsync("timer");
        var turns = _worker.Turns.Count;

        release.SetResult(new ActivityResponse { Result = "1" });
        await _host.StartAsync("Timer", "clock", "900");
        await _host.CompletionAsync("clock");

        _worker.Turns.Count(turn => turn.InstanceId != "clock").Should().Be(turns, "nothing of the suspended ones was handed out");
        await ResumeAsync("step");
        await ResumeAsync("timer");
        (await _host.CompletionAsync("step")).Output.Should().Be("1");
        (await _host.CompletionAsync("timer")).Output.Should().Be("\"fired\"");
    }

    [Fact]
    public async Task CompleteTurn_LateOrRepeated_ChangesNothing()
    {
        _worker.Start();
        await _host.StartAsync("WaitEvent", "w1");
        var history = await HistoryAsync("w1");

        await _host.CallAsync<WorkflowResponse, CompleteTaskResponse>("CompleteOrchestratorTask", Ended("stale"));
        await _host.CallAsync<WorkflowResponse, CompleteTaskResponse>("CompleteWorkflowTask", Ended(""));

        (await HistoryAsync("w1")).Should().Equal(history);
        (await _host.GetAsync("w1"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Running);

        static WorkflowResponse Ended(string token) => new()
        {
            InstanceId = "w1",
            CompletionToken = token,
            Actions = { new WorkflowAction { CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Completed } } },
        };
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task ContinueAsNew_HundredsOfEventsMeanwhile_NoneIsLost()
    {
        const int events = 300;
        _worker.Workflows["Count"] = Count;
        _worker.Start();
        await _host.StartAsync("Count", "w1", "0");

        await Task.WhenAll(Enumerable.Range(0, events).Select(i => _host.RaiseAsync("w1", "go", $"{i}")));

        (await _host.CompletionAsync("w1")).Output.Should().Be($"{events}");
        _worker.Turns.Select(turn => turn.ExecutionId).Distinct().Count().Should().BeGreaterThan(2, "it went on as new while events came");

        // Takes one event of a turn and carries the others over, as the SDK does with what was not waited for.
        IEnumerable<WorkflowAction> Count(IReadOnlyList<HistoryEvent> history)
        {
            var taken = int.Parse(history.Last(e => e.ExecutionStarted is not null).ExecutionStarted.Input, null);
            var raised = history.Where(e => e.EventRaised is not null).ToList();
            return taken == events ? [new WorkflowAction { CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Completed, Result = $"{taken}" } }]
                : raised.Count == 0 ? []
                : [new WorkflowAction { CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.ContinuedAsNew, Result = $"{taken + 1}", CarryoverEvents = { raised.Skip(1) } } }];
        }
    }

    private Task<GetInstanceResponse> WaitAsync(string method, string id) => _host.CallAsync<GetInstanceRequest, GetInstanceResponse>(method, new GetInstanceRequest { InstanceId = id });

    private Task TerminateAsync(string id, bool recursive = true) =>
        _host.CallAsync<TerminateRequest, TerminateResponse>("TerminateInstance", new TerminateRequest { InstanceId = id, Recursive = recursive });

    private Task SuspendAsync(string id) => _host.CallAsync<SuspendRequest, SuspendResponse>("SuspendInstance", new SuspendRequest { InstanceId = id });

    private Task ResumeAsync(string id) => _host.CallAsync<ResumeRequest, ResumeResponse>("ResumeInstance", new ResumeRequest { InstanceId = id });

    private async Task<int> PurgeAsync(PurgeInstancesRequest request) => (await _host.CallAsync<PurgeInstancesRequest, PurgeInstancesResponse>("PurgeInstances", request)).DeletedInstanceCount;

    private async Task<IReadOnlyList<HistoryEvent>> HistoryAsync(string id) =>
        (await _host.CallAsync<GetInstanceHistoryRequest, GetInstanceHistoryResponse>("GetInstanceHistory", new GetInstanceHistoryRequest { InstanceId = id })).Events;
}
