using System.Diagnostics;
using Dapr.Common.Rpc;
using Dapr.DurableTask.Protobuf;
using Dapr.Workflow.Client;
using Dapr.Workflow.Registration;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Proto = Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Tests.Hub;

public sealed class DaprWorkflowClientTests : IAsyncLifetime
{
    private FakeTaskHub hub = null!;
    private DaprWorkflowClient client = null!;

    public async Task InitializeAsync()
    {
        hub = await FakeTaskHub.StartAsync();
        client = new DaprWorkflowClientBuilder().UseGrpcEndpoint(hub.Endpoint).Build();
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        await hub.DisposeAsync();
    }

    [Fact]
    public async Task ScheduleNewWorkflow_Always_SendsNameIdInputAndTrace()
    {
        hub.Answer("StartInstance", new CreateInstanceResponse { InstanceId = "o-1" });
        using var trace = new Activity("test").Start();

        var id = await client.ScheduleNewWorkflowAsync("OrderSaga", "o-1", new { Total = 5 });

        id.Should().Be("o-1");
        var request = (await hub.CallAsync("StartInstance")).As<CreateInstanceRequest>();
        (request.Name, request.InstanceId, request.Input).Should().Be(("OrderSaga", "o-1", "{\"total\":5}"));
        request.ParentTraceContext.TraceParent.Should().Be(trace.Id);
        hub.Calls.Last().Headers["traceparent"].Should().Be(trace.Id);
        var binary = System.Convert.FromBase64String(hub.Calls.Last().Headers["grpc-trace-bin"] + "=");
        System.Convert.ToHexStringLower(binary).Should().Be($"0000{trace.TraceId}01{trace.SpanId}020{(trace.Recorded ? 1 : 0)}");
    }

    [Fact]
    public async Task ScheduleNewWorkflow_WithoutIdAndWithStartTime_GeneratesAndSchedules()
    {
        hub.Answer("StartInstance", call => Task.FromResult<IMessage>(new CreateInstanceResponse { InstanceId = call.As<CreateInstanceRequest>().InstanceId }));
        var start = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

        var id = await client.ScheduleNewWorkflowAsync("W", null, null, start);

        var request = (await hub.CallAsync("StartInstance")).As<CreateInstanceRequest>();
        request.InstanceId.Should().Be(id).And.HaveLength(32);
        request.Input.Should().BeEmpty();
        request.ScheduledStartTimestamp.ToDateTimeOffset().Should().Be(start);
    }

    [Fact]
    public async Task ScheduleNewWorkflow_IdThatRuns_ThrowsTheStatusUnwrapped()
    {
        hub.Answer("StartInstance", _ => throw new HubError(6, "already ✓"));

        var schedule = () => client.ScheduleNewWorkflowAsync("W", "x");

        var thrown = (await schedule.Should().ThrowAsync<RpcException>()).Which;
        (thrown.StatusCode, thrown.Detail).Should().Be((RpcStatusCode.AlreadyExists, "already ✓"));
        thrown.Should().NotBeAssignableTo<DaprException>();
    }

    [Fact]
    public async Task ScheduleNewWorkflow_CancelledWhileBlocked_IsCancelled()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        hub.Answer("StartInstance", async _ =>
        {
            entered.SetResult();
            await new TaskCompletionSource().Task.WaitAsync(TimeSpan.FromSeconds(20));
            return new CreateInstanceResponse();
        });
        using var source = new CancellationTokenSource();

        var schedule = client.ScheduleNewWorkflowAsync("W", "x", null, (DateTimeOffset?)null, source.Token);
        await entered.Task;
        await source.CancelAsync();

        await FluentActions.Awaiting(() => schedule).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task GetWorkflowState_KnownInstance_ReadsEverything()
    {
        hub.Answer("GetInstance", Known(OrchestrationStatus.Failed));

        var state = await client.GetWorkflowStateAsync("i1");

        (state.Exists, state.WorkflowName, state.RuntimeStatus, state.IsWorkflowCompleted, state.IsWorkflowRunning).Should().Be((true, "W", WorkflowRuntimeStatus.Failed, true, false));
        (state.ReadInputAs<int>(), state.ReadOutputAs<string>(), state.ReadCustomStatusAs<string>()).Should().Be((1, "out", "half"));
        state.CreatedAt.Should().Be(DateTimeOffset.UnixEpoch);
        (state.FailureDetails!.ErrorType, state.FailureDetails.ErrorMessage).Should().Be(("E", "m"));
    }

    [Fact]
    public async Task GetWorkflowState_UnknownInstance_DoesNotExist()
    {
        hub.Answer("GetInstance", new GetInstanceResponse());
        (await client.GetWorkflowStateAsync("i1")).Exists.Should().BeFalse();
        hub.Answer("GetInstance", _ => throw new HubError(5, "no such instance"));
        var state = await client.GetWorkflowStateAsync("i1");

        (state.Exists, state.RuntimeStatus).Should().Be((false, WorkflowRuntimeStatus.Unknown));
    }

    [Fact]
    public async Task WaitForWorkflowCompletion_ConnectionLostMeanwhile_WaitsAgain()
    {
        var attempts = 0;
        hub.Answer("WaitForInstanceCompletion", _ => Interlocked.Increment(ref attempts) < 3 ? throw new HubError(14, "away") : Task.FromResult<IMessage>(Known(OrchestrationStatus.Completed)));
        hub.Answer("GetInstance", Known(OrchestrationStatus.Completed));

        var state = await client.WaitForWorkflowCompletionAsync("i1");

        attempts.Should().Be(3);
        state.ReadOutputAs<string>().Should().Be("out");
    }

    [Fact]
    public async Task WaitForWorkflowCompletion_UnknownInstance_Throws()
    {
        hub.Answer("WaitForInstanceCompletion", _ => throw new HubError(5, "no such instance"));

        await client.Invoking(it => it.WaitForWorkflowCompletionAsync("i1")).Should().ThrowAsync<InvalidOperationException>();
    }

    [Fact]
    public async Task Steering_Calls_SendTheirRequests()
    {
        hub.Answer("RaiseEvent", new RaiseEventResponse());
        hub.Answer("TerminateInstance", new TerminateResponse());
        hub.Answer("SuspendInstance", new SuspendResponse());
        hub.Answer("ResumeInstance", new ResumeResponse());
        hub.Answer("PurgeInstances", new PurgeInstancesResponse { DeletedInstanceCount = 1 });

        await client.RaiseEventAsync("i1", "cancel", new { By = "me" });
        await client.TerminateWorkflowAsync("i1", "why");
        await client.SuspendWorkflowAsync("i1", "pause");
        await client.ResumeWorkflowAsync("i1");
        (await client.PurgeInstanceAsync("i1")).Should().BeTrue();

        hub.Calls.Select(call => call.Method).Should().Equal("RaiseEvent", "TerminateInstance", "SuspendInstance", "ResumeInstance", "PurgeInstances");
        var calls = hub.Calls.ToList();
        calls[0].As<RaiseEventRequest>().Input.Should().Be("{\"by\":\"me\"}");
        calls[1].As<TerminateRequest>().Should().Be(new TerminateRequest { InstanceId = "i1", Output = "\"why\"", Recursive = true });
        calls[2].As<SuspendRequest>().Reason.Should().Be("pause");
        calls[4].As<PurgeInstancesRequest>().Recursive.Should().BeTrue();
    }

    [Fact]
    public async Task ListAndHistory_Always_AreRead()
    {
        hub.Answer("ListInstanceIDs", new ListInstanceIDsResponse { InstanceIds = { "a", "b" }, ContinuationToken = "next" });
        hub.Answer("GetInstanceHistory", new GetInstanceHistoryResponse { Events = { new HistoryEvent { EventId = 4, Timestamp = new Timestamp(), TaskCompleted = new TaskCompletedEvent() } } });

        (await client.ListInstanceIdsAsync(pageSize: 2)).Should().BeEquivalentTo(new WorkflowInstancePage(["a", "b"], "next"));
        (await client.GetInstanceHistoryAsync("a")).Should().Equal(new WorkflowHistoryEvent(4, WorkflowHistoryEventType.TaskCompleted, DateTime.UnixEpoch));
    }

    [Fact]
    public async Task Call_NobodyListening_IsUnavailable()
    {
        using var nobody = new DaprWorkflowClientBuilder().UseGrpcEndpoint($"http://127.0.0.1:{FreePort.Next()}").Build();

        var thrown = await FluentActions.Awaiting(() => nobody.GetWorkflowStateAsync("x")).Should().ThrowAsync<RpcException>();

        thrown.Which.StatusCode.Should().Be(RpcStatusCode.Unavailable);
    }

    private static GetInstanceResponse Known(OrchestrationStatus status) => new()
    {
        Exists = true,
        WorkflowState = new Proto.WorkflowState
        {
            InstanceId = "i1",
            Name = "W",
            WorkflowStatus = status,
            CreatedTimestamp = new Timestamp(),
            LastUpdatedTimestamp = new Timestamp(),
            Input = "1",
            Output = "\"out\"",
            CustomStatus = "\"half\"",
            FailureDetails = new TaskFailureDetails { ErrorType = "E", ErrorMessage = "m" },
        },
    };
}
