using Dapr.DurableTask.Protobuf;
using Sidecar.Api.Grpc;
using Sidecar.Workflows.Engine;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows;

/// <summary>Running an instance again from an event, purging by filter, and retention; over the wire.</summary>
public sealed class WorkflowRerunTests : IAsyncLifetime
{
    private readonly InMemoryWorkflowData _data = new();
    private WorkflowHost _host = null!;
    private FakeWorker _worker = null!;

    public async Task InitializeAsync()
    {
        _host = await WorkflowHost.StartAsync(new InMemoryWorkflowStore("app", _data));
        _worker = _host.Worker().Start();
    }

    public async Task DisposeAsync()
    {
        await _worker.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Rerun_FromTheThirdActivity_RunsThatAndTheRestOnly()
    {
        await CompleteAsync("Chain", "source", "5");
        _worker.Activities.Clear();

        var id = await RerunAsync(2, request => request.NewInstanceID = "again");
        var state = await _host.CompletionAsync("again");

        id.Should().Be("again");
        state.Output.Should().Be("5");
        state.Input.Should().Be("5");
        _worker.Activities.Select(activity => activity.TaskId).Should().Equal(2, 3, 4);
        var history = await HistoryAsync("again");
        history.Single(e => e.TaskScheduled is not null && e.EventId == 2).TaskScheduled.RerunParentInstanceInfo.InstanceID.Should().Be("source");
        history.First(e => e.ExecutionStarted is not null).ExecutionStarted.WorkflowInstance.InstanceId.Should().Be("again");
        (await _host.GetAsync("source"))!.Output.Should().Be("5");
    }

    [Fact]
    public async Task Rerun_InputOverwritten_TheActivityGetsTheNewOne()
    {
        await CompleteAsync("Chain", "source", "1");
        _worker.Activities.Clear();

        var id = await RerunAsync(0, request =>
        {
            request.OverwriteInput = true;
            request.Input = "other";
        });
        await _host.CompletionAsync(id);

        id.Should().NotBe("source");
        _worker.Activities.Single().Input.Should().Be("other");
    }

    [Fact]
    public async Task Rerun_FanOut_WhatWasOpenAtTheEventRunsAgainToo()
    {
        await CompleteAsync("FanOut", "source", "4");
        _worker.Activities.Clear();

        var id = await RerunAsync(2);
        (await _host.CompletionAsync(id)).Output.Should().Be("4");

        _worker.Activities.Select(activity => activity.TaskId).Should().BeEquivalentTo([0, 1, 2, 3]);
    }

    [Fact]
    public async Task Rerun_FromAChild_StartsAnotherChild()
    {
        await CompleteAsync("Parent", "source", "c1");

        var id = await RerunAsync(0, request => request.NewChildWorkflowInstanceID = "c2");
        await _host.CompletionAsync(id);

        (await _host.GetAsync("c2"))!.ParentInstanceId.Should().Be(id);
        await RefusedAsync("c1", 0, GrpcCode.InvalidArgument, "'c1': cannot rerun from child-workflows");
    }

    [Fact]
    public async Task Rerun_TimerThatHadFired_IsHistory()
    {
        var timer = _worker.Workflows["Timer"];
        _worker.Workflows["TimerThenStep"] = events =>
            !events.Any(e => e.TimerFired is not null) ? timer(events)
            : events.Any(e => e.TaskCompleted is not null) ? _worker.Workflows["Echo"](events)
            : events.Any(e => e.TaskScheduled is not null) ? []
            : [Scripts.Schedule(1, "x")];
        await CompleteAsync("TimerThenStep", "source", "10");

        var id = await RerunAsync(1);
        await _host.CompletionAsync(id);

        (await HistoryAsync(id)).Count(e => e.TimerFired is not null).Should().Be(1);
        _data.Timers.InOrder.Should().BeEmpty();
    }

    [Fact]
    public async Task Rerun_SidecarDiesAfterwards_GoesOnWithTheNext()
    {
        await CompleteAsync("Chain", "source", "3");
        var held = new TaskCompletionSource<ActivityResponse>();
        _worker.Activity = _ => held.Task;
        var id = await RerunAsync(1);
        await DisposeAsync();

        await InitializeAsync();

        (await _host.CompletionAsync(id)).Output.Should().Be("3");
    }

    [Fact]
    public async Task Rerun_WhatCannotBe_IsRefusedAsDaprDoes()
    {
        await CompleteAsync("Chain", "source", "1");
        await _host.StartAsync("WaitEvent", "runs");
        await CompleteAsync("Timer", "timed", "10");

        await RefusedAsync("none", 0, GrpcCode.NotFound, "workflow instance does not exist with ID 'none'");
        await RefusedAsync("runs", 0, GrpcCode.InvalidArgument, "'runs' is not in a terminal state");
        await RefusedAsync("source", 9, GrpcCode.NotFound, "does not have history event with ID '9'");
        await RefusedAsync("source", 0, GrpcCode.InvalidArgument, "rerun workflow instance ID must be different from the original instance ID", request => request.NewInstanceID = "source");
        await RefusedAsync("source", 0, GrpcCode.AlreadyExists, "workflow 'runs' has already been created", request => request.NewInstanceID = "runs");
        await RefusedAsync("source", 0, GrpcCode.InvalidArgument, "cannot set new child workflow instance ID on activity event '0'", request => request.NewChildWorkflowInstanceID = "x");
        await RefusedAsync("timed", 0, GrpcCode.InvalidArgument, "cannot write input to timer event '0'", request => request.OverwriteInput = true);
    }

    [Fact]
    public async Task Purge_ByFilter_TakesWhatFitsAndHasEnded()
    {
        await CompleteAsync("Echo", "done", "1");
        await CompleteAsync("Throw", "failed", "1");
        await _host.StartAsync("WaitEvent", "runs");

        var failed = await PurgeAsync(new PurgeInstanceFilter { RuntimeStatus = { OrchestrationStatus.Failed } });
        var rest = await PurgeAsync(new PurgeInstanceFilter());

        failed.Should().Be(1);
        rest.Should().Be(1);
        (await _host.GetAsync("runs"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Running);
        (await _host.GetAsync("done")).Should().BeNull();
    }

    [Fact]
    public async Task Retention_ByFinalStatus_PurgesWhatWasKeptLongEnough()
    {
        await using var host = await WorkflowHost.StartAsync(
            new InMemoryWorkflowStore("app", new InMemoryWorkflowData()),
            new WorkflowOptions { Retention = new WorkflowRetention(TimeSpan.FromHours(1), TimeSpan.FromMilliseconds(1), null, null), RetentionInterval = TimeSpan.FromMilliseconds(20) });
        await using var worker = host.Worker().Start();
        await host.StartAsync("Throw", "failed");
        await host.StartAsync("WaitEvent", "runs");
        await host.StartAsync("Echo", "done", "1");

        await Eventually.TrueAsync(async () => await host.GetAsync("done") is null, "a completed instance is kept for a millisecond");

        (await host.GetAsync("failed"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Failed, "others are kept for an hour");
        (await host.GetAsync("runs"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Running);
    }

    private async Task CompleteAsync(string workflow, string id, string input)
    {
        await _host.StartAsync(workflow, id, input);
        await _host.CompletionAsync(id);
    }

    private async Task<string> RerunAsync(uint eventId, Action<RerunWorkflowFromEventRequest>? set = null, string source = "source")
    {
        var request = new RerunWorkflowFromEventRequest { SourceInstanceID = source, EventID = eventId };
        set?.Invoke(request);
        return (await _host.CallAsync<RerunWorkflowFromEventRequest, RerunWorkflowFromEventResponse>("RerunWorkflowFromEvent", request)).NewInstanceID;
    }

    private async Task RefusedAsync(string source, uint eventId, GrpcCode code, string message, Action<RerunWorkflowFromEventRequest>? set = null)
    {
        var rerun = () => RerunAsync(eventId, set, source);
        var status = (await rerun.Should().ThrowAsync<GrpcException>()).Which.Status;
        status.Code.Should().Be(code);
        status.Message.Should().Be(message);
    }

    private async Task<int> PurgeAsync(PurgeInstanceFilter filter) =>
        (await _host.CallAsync<PurgeInstancesRequest, PurgeInstancesResponse>("PurgeInstances", new PurgeInstancesRequest { PurgeInstanceFilter = filter })).DeletedInstanceCount;

    private async Task<IReadOnlyList<HistoryEvent>> HistoryAsync(string id) =>
        (await _host.CallAsync<GetInstanceHistoryRequest, GetInstanceHistoryResponse>("GetInstanceHistory", new GetInstanceHistoryRequest { InstanceId = id })).Events;
}
