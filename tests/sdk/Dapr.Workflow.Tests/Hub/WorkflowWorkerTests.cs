using System.Diagnostics;
using Dapr.DurableTask.Protobuf;
using Microsoft.Extensions.DependencyInjection;

namespace Dapr.Workflow.Tests.Hub;

public sealed class WorkflowWorkerTests
{
    private const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Fact]
    public async Task Worker_WorkflowItem_IsRunAndAnsweredWithItsToken()
    {
        await using var hub = await FakeTaskHub.StartAsync();
        await using var app = await TestApp.StartAsync(hub, options => options.RegisterWorkflow<int, int>("W", (_, input) => Task.FromResult(input + 1)));

        hub.Send(WorkflowItem("i1", "41"));

        var response = (await hub.CallAsync("CompleteOrchestratorTask")).As<WorkflowResponse>();
        (response.InstanceId, response.CompletionToken).Should().Be(("i1", "t-i1"));
        response.Actions[0].CompleteWorkflow.Result.Should().Be("42");
    }

    [Fact]
    public async Task Worker_ActivityItem_RunsWithInjectedServices()
    {
        await using var hub = await FakeTaskHub.StartAsync();
        await using var app = await TestApp.StartAsync(hub, options => options.RegisterActivity<Greet>(), services => services.AddScoped(_ => new Greeting("Hello")));

        hub.Send(ActivityItem("Greet", "\"Ann\"", taskId: 3));

        var response = (await hub.CallAsync("CompleteActivityTask")).As<ActivityResponse>();
        (response.InstanceId, response.TaskId, response.CompletionToken).Should().Be(("i1", 3, "t3"));
        response.Result.Should().Be("\"Hello Ann i1 key3\"");
    }

    [Fact]
    public async Task Worker_ThrowingActivity_AnswersItsFailure()
    {
        await using var hub = await FakeTaskHub.StartAsync();
        await using var app = await TestApp.StartAsync(hub, options => options.RegisterActivity<string, int>("Boom", (_, _) => throw new FormatException("bad")));

        hub.Send(ActivityItem("Boom", "\"x\""));
        hub.Send(ActivityItem("Unknown", "\"x\"", 2));

        var failures = new[] { await hub.CallAsync("CompleteActivityTask"), await hub.CallAsync("CompleteActivityTask", 1) }
            .Select(call => call.As<ActivityResponse>()).OrderBy(response => response.TaskId).Select(response => response.FailureDetails.ErrorType);
        failures.Should().Equal("System.FormatException", "ActivityNotFoundException");
    }

    [Fact]
    public async Task Worker_ActivityItem_ContinuesTheTraceOfItsWorkflow()
    {
        string? seen = null;
        await using var hub = await FakeTaskHub.StartAsync();
        await using var app = await TestApp.StartAsync(hub, options => options.RegisterActivity<string, int>("A", (_, _) =>
        {
            seen = Activity.Current?.Id;
            return Task.FromResult(1);
        }));

        var item = ActivityItem("A", "\"x\"");
        item.ActivityRequest.ParentTraceContext = new TraceContext { TraceParent = Trace };
        hub.Send(item);
        await hub.CallAsync("CompleteActivityTask");

        seen.Should().StartWith("00-0af7651916cd43dd8448eb211c80319c-").And.NotBe(Trace).And.EndWith("-01");
    }

    [Fact]
    public async Task Worker_ActivityItem_IsASpanOfTheSource()
    {
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Dapr.Workflow",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                lock (spans)
                {
                    spans.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var hub = await FakeTaskHub.StartAsync();
        await using var app = await TestApp.StartAsync(hub, options => options.RegisterActivity<string, int>("Spanned", (_, _) => Task.FromResult(1)));

        var item = ActivityItem("Spanned", "\"x\"");
        item.ActivityRequest.ParentTraceContext = new TraceContext { TraceParent = Trace };
        hub.Send(item);
        await hub.CallAsync("CompleteActivityTask");

        lock (spans)
        {
            spans.Should().ContainSingle(span => span.DisplayName == "activity Spanned").Which.ParentId.Should().Be(Trace);
        }
    }

    [Fact]
    public async Task Worker_Calls_CarryTokenAndUserAgent()
    {
        await using var hub = await FakeTaskHub.StartAsync();
        await using var app = await TestApp.StartAsync(hub, _ => { });

        var call = await hub.CallAsync("GetWorkItems");

        call.Headers["dapr-api-token"].Should().Be("secret");
        call.Headers["User-Agent"].Should().StartWith("dapr-sdk-dotnet/v");
        call.Headers["te"].Should().Be("trailers");
    }

    [Fact]
    public async Task Worker_StreamThatEnds_IsOpenedAgain()
    {
        await using var hub = await FakeTaskHub.StartAsync();
        await using var app = await TestApp.StartAsync(hub, options => options.RegisterWorkflow<int, int>("W", (_, input) => Task.FromResult(input)));
        await hub.CallAsync("GetWorkItems");

        hub.EndStream();
        await hub.CallAsync("GetWorkItems", 1);
        hub.Send(WorkflowItem("i2", "5"));

        (await hub.CallAsync("CompleteOrchestratorTask")).As<WorkflowResponse>().InstanceId.Should().Be("i2");
    }

    [Fact]
    public async Task Worker_SidecarThatRestarts_IsFoundAgain()
    {
        await using var hub = await FakeTaskHub.StartAsync();
        await using var app = await TestApp.StartAsync(hub, options => options.RegisterWorkflow<int, int>("W", (_, input) => Task.FromResult(input)));
        await hub.CallAsync("GetWorkItems");

        await hub.StopAsync();
        await hub.ListenAsync();
        await hub.CallAsync("GetWorkItems", 1);
        hub.Send(WorkflowItem("i3", "5"));

        (await hub.CallAsync("CompleteOrchestratorTask")).As<WorkflowResponse>().InstanceId.Should().Be("i3");
    }

    [Fact]
    public async Task Worker_ResultNotDelivered_IsSentAgain()
    {
        await using var hub = await FakeTaskHub.StartAsync();
        var failed = 0;
        hub.Answer("CompleteOrchestratorTask", _ => Interlocked.Increment(ref failed) == 1 ? throw new HubError(14, "gone") : Task.FromResult<Google.Protobuf.IMessage>(new CompleteTaskResponse()));
        await using var app = await TestApp.StartAsync(hub, options => options.RegisterWorkflow<int, int>("W", (_, input) => Task.FromResult(input)));

        hub.Send(WorkflowItem("a", "1"));

        (await hub.CallAsync("CompleteOrchestratorTask", 1)).As<WorkflowResponse>().InstanceId.Should().Be("a");
        hub.Connections.Should().Be(1);
    }

    [Fact]
    public async Task Worker_ResultNeverDelivered_EndsTheStreamSoThatTheItemComesAgain()
    {
        await using var hub = await FakeTaskHub.StartAsync();
        hub.Answer("CompleteActivityTask", _ => throw new HubError(14, "gone"));
        await using var app = await TestApp.StartAsync(hub, options => options.RegisterActivity<string, int>("A", (_, _) => Task.FromResult(1)));

        hub.Send(ActivityItem("A", "\"x\""));

        await Eventually.TrueAsync(() => hub.Connections == 2, "the stream is opened anew");
    }

    [Fact]
    public async Task Worker_ResultNoLongerWaitedFor_KeepsTheStream()
    {
        await using var hub = await FakeTaskHub.StartAsync();
        hub.Answer("CompleteOrchestratorTask", call => call.As<WorkflowResponse>().InstanceId == "a" ? throw new HubError(2, "unknown instance") : Task.FromResult<Google.Protobuf.IMessage>(new CompleteTaskResponse()));
        await using var app = await TestApp.StartAsync(hub, options => options.RegisterWorkflow<int, int>("W", (_, input) => Task.FromResult(input)));

        hub.Send(WorkflowItem("a", "1"));
        await hub.CallAsync("CompleteOrchestratorTask");
        hub.Send(WorkflowItem("b", "1"));

        (await hub.CallAsync("CompleteOrchestratorTask", 1)).As<WorkflowResponse>().InstanceId.Should().Be("b");
        hub.Connections.Should().Be(1);
    }

    [Fact]
    public async Task Worker_ResultTooLarge_FailsItsItemAlone()
    {
        await using var hub = await FakeTaskHub.StartAsync();
        hub.Answer("CompleteActivityTask", call => call.As<ActivityResponse>().FailureDetails is null ? throw new HubError(8, "too large") : Task.FromResult<Google.Protobuf.IMessage>(new CompleteTaskResponse()));
        await using var app = await TestApp.StartAsync(hub, options => options.RegisterActivity<string, int>("A", (_, _) => Task.FromResult(1)));

        hub.Send(ActivityItem("A", "\"x\"", 7));

        var failure = (await hub.CallAsync("CompleteActivityTask", 1)).As<ActivityResponse>();
        (failure.TaskId, failure.CompletionToken, failure.FailureDetails.ErrorMessage).Should().Be((7, "t7", "too large"));
        hub.Connections.Should().Be(1);
    }

    [Fact]
    public async Task Worker_OutputThatCannotBeSerialised_FailsTheInstance()
    {
        await using var hub = await FakeTaskHub.StartAsync();
        await using var app = await TestApp.StartAsync(hub, options => options.RegisterWorkflow<int, object>("W", (_, _) => Task.FromResult<object>(typeof(int))));

        hub.Send(WorkflowItem("a", "1"));

        var completion = (await hub.CallAsync("CompleteOrchestratorTask")).As<WorkflowResponse>().Actions.Should().ContainSingle().Subject.CompleteWorkflow;
        completion.WorkflowStatus.Should().Be(OrchestrationStatus.Failed);
        completion.FailureDetails.ErrorType.Should().Be("System.NotSupportedException");
    }

    [Fact]
    public async Task Worker_ManyActivities_RunsAtMostAHundred()
    {
        var running = 0;
        var most = 0;
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var hub = await FakeTaskHub.StartAsync();
        await using var app = await TestApp.StartAsync(hub, options => options.RegisterActivity<int, int>("A", async (_, input) =>
        {
            var now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            await gate.Task;
            Interlocked.Decrement(ref running);
            return input;
        }));

        for (var index = 0; index < 250; index++)
        {
            hub.Send(ActivityItem("A", "1", index));
        }

        await Eventually.TrueAsync(() => Volatile.Read(ref running) == 100, "a hundred run");
        gate.SetResult();
        await hub.CallAsync("CompleteActivityTask", 249);

        most.Should().Be(100);
    }

    [Fact]
    public async Task Worker_StreamedHistory_IsFetchedFirst()
    {
        await using var hub = await FakeTaskHub.StartAsync();
        var item = WorkflowItem("i1", "1");
        var history = new GetInstanceHistoryResponse { Events = { item.WorkflowRequest.NewEvents.ToArray() } };
        hub.Answer("GetInstanceHistory", history);
        item.WorkflowRequest.NewEvents.Clear();
        item.WorkflowRequest.RequiresHistoryStreaming = true;
        await using var app = await TestApp.StartAsync(hub, options => options.RegisterWorkflow<int, int>("W", (_, input) => Task.FromResult(input)));

        hub.Send(item);

        (await hub.CallAsync("CompleteOrchestratorTask")).As<WorkflowResponse>().Actions[0].CompleteWorkflow.Result.Should().Be("1");
    }

    [Fact]
    public async Task Stop_RunningActivity_IsFinishedAndDelivered()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var hub = await FakeTaskHub.StartAsync();
        await using var app = await TestApp.StartAsync(hub, options => options.RegisterActivity<int, int>("A", async (_, input) =>
        {
            started.SetResult();
            await gate.Task;
            return input;
        }));
        hub.Send(ActivityItem("A", "1"));
        await started.Task;

        var stopping = app.StopAsync();
        gate.SetResult();
        await stopping;

        hub.Calls.Should().ContainSingle(call => call.Method == "CompleteActivityTask");
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }

    private static WorkItem WorkflowItem(string instanceId, string input) => new()
    {
        CompletionToken = $"t-{instanceId}",
        WorkflowRequest = new WorkflowRequest
        {
            InstanceId = instanceId,
            NewEvents =
            {
                new HistoryEvent { EventId = -1, WorkflowStarted = new WorkflowStartedEvent() },
                new HistoryEvent { EventId = -1, ExecutionStarted = new ExecutionStartedEvent { Name = "W", Input = input } },
            },
        },
    };

    private static WorkItem ActivityItem(string name, string input, int taskId = 0) => new()
    {
        CompletionToken = $"t{taskId}",
        ActivityRequest = new ActivityRequest
        {
            Name = name,
            Input = input,
            TaskId = taskId,
            TaskExecutionId = $"key{taskId}",
            WorkflowInstance = new WorkflowInstance { InstanceId = "i1" },
        },
    };

    private sealed record Greeting(string Word);

    private sealed class Greet(Greeting greeting) : WorkflowActivity<string, string>
    {
        public override Task<string> RunAsync(WorkflowActivityContext context, string input) =>
            Task.FromResult($"{greeting.Word} {input} {context.InstanceId} {context.TaskExecutionKey}");
    }
}
