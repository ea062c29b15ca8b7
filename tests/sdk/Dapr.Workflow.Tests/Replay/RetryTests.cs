namespace Dapr.Workflow.Tests.Replay;

public sealed class RetryTests
{
    [Fact]
    public async Task CallActivity_FailingThreeTimes_PausesAndThenThrows()
    {
        var policy = new WorkflowRetryPolicy(3, TimeSpan.FromSeconds(1), backoffCoefficient: 2);
        var instance = new TestInstance(options => options.RegisterWorkflow<object?, string>("W", async (context, _) =>
        {
            try
            {
                await context.CallActivityAsync("A", 1, new WorkflowTaskOptions(policy));
            }
            catch (WorkflowTaskFailedException)
            {
                await context.CallActivityAsync("Undo");
            }

            return "done";
        }));

        var first = (await instance.StartAsync()).Actions[0].ScheduleTask;
        var pause = (await instance.FailAsync(0)).Actions.Should().ContainSingle().Which;
        (pause.Id, pause.CreateTimer.FireAt.ToDateTime()).Should().Be((1, instance.Now.AddSeconds(1)));
        pause.CreateTimer.ActivityRetry.TaskExecutionId.Should().Be(first.TaskExecutionId);
        var second = (await instance.FireAsync(1)).Actions.Should().ContainSingle().Which;
        (second.Id, second.ScheduleTask.Input).Should().Be((2, "1"));
        second.ScheduleTask.TaskExecutionId.Should().NotBe(first.TaskExecutionId);
        var longer = (await instance.FailAsync(2)).Actions[0];
        longer.CreateTimer.FireAt.ToDateTime().Should().Be(instance.Now.AddSeconds(2));
        longer.CreateTimer.ActivityRetry.TaskExecutionId.Should().Be(first.TaskExecutionId);
        await instance.FireAsync(3);
        var undo = (await instance.FailAsync(4)).Actions.Should().ContainSingle().Which;

        (undo.Id, undo.ScheduleTask.Name).Should().Be((5, "Undo"));
    }

    [Fact]
    public async Task CallActivity_MaximumInterval_CapsThePause()
    {
        var policy = new WorkflowRetryPolicy(5, TimeSpan.FromSeconds(10), backoffCoefficient: 10, maxRetryInterval: TimeSpan.FromSeconds(15));
        var instance = Instance(policy);

        await instance.StartAsync();
        await instance.FailAsync(0);
        await instance.FireAsync(1);
        var pause = (await instance.FailAsync(2)).Actions[0].CreateTimer;

        pause.FireAt.ToDateTime().Should().Be(instance.Now.AddSeconds(15));
    }

    [Fact]
    public async Task CallActivity_AfterTheTimeout_IsNotRepeated()
    {
        var policy = new WorkflowRetryPolicy(5, TimeSpan.FromSeconds(1), retryTimeout: TimeSpan.FromSeconds(1));
        var instance = Instance(policy);

        await instance.StartAsync();
        await instance.FailAsync(0);

        instance.Completion!.FailureDetails.ErrorType.Should().Be("Dapr.Workflow.WorkflowTaskFailedException");
    }

    [Fact]
    public async Task CallChildWorkflow_WithRetries_TakesANewIdPerAttempt()
    {
        var options = new ChildWorkflowTaskOptions(RetryPolicy: new WorkflowRetryPolicy(2, TimeSpan.FromSeconds(1)));
        var instance = new TestInstance(registry => registry.RegisterWorkflow<object?, int>("W", async (context, _) =>
            await context.CallChildWorkflowAsync<int>("Child", options: options)));

        var first = (await instance.StartAsync()).Actions[0].CreateChildWorkflow.InstanceId;
        var pause = (await instance.TurnAsync(ChildFailed(0))).Actions[0].CreateTimer;
        var second = (await instance.FireAsync(1)).Actions[0].CreateChildWorkflow.InstanceId;

        pause.ChildWorkflowRetry.InstanceId.Should().Be(first);
        second.Should().NotBe(first);
    }

    [Theory]
    [InlineData(0, 1, 1.0)]
    [InlineData(1, 0, 1.0)]
    [InlineData(1, 1, 0.5)]
    [InlineData(1, 1, double.NaN)]
    [InlineData(1, 7200, 1.0)]
    public void Constructor_ValueOutOfRange_IsRefused(int attempts, int firstSeconds, double coefficient)
    {
        var create = () => new WorkflowRetryPolicy(attempts, TimeSpan.FromSeconds(firstSeconds), coefficient);

        create.Should().Throw<ArgumentOutOfRangeException>();
    }

    private static DurableTask.Protobuf.HistoryEvent ChildFailed(int id) => new()
    {
        EventId = -1,
        ChildWorkflowInstanceFailed = new DurableTask.Protobuf.ChildWorkflowInstanceFailedEvent
        {
            TaskScheduledId = id,
            FailureDetails = new DurableTask.Protobuf.TaskFailureDetails { ErrorType = "E", ErrorMessage = "m" },
        },
    };

    private static TestInstance Instance(WorkflowRetryPolicy policy) => new(options => options.RegisterWorkflow<object?, int>("W", async (context, _) =>
        await context.CallActivityAsync<int>("A", null, new WorkflowTaskOptions(policy))));
}
