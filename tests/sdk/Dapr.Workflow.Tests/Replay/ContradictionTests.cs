using Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Tests.Replay;

/// <summary>Code that does not fit the history, or waits for what no history brings, fails its instance with the reason instead of hanging.</summary>
public sealed class ContradictionTests
{
    private Func<WorkflowContext, Task<string>> code = _ => Task.FromResult("unset");

    [Fact]
    public async Task Replay_AnotherActivity_FailsNamingBoth()
    {
        var instance = await StartedAsync(context => context.CallActivityAsync<string>("Reserve"));

        code = context => context.CallActivityAsync<string>("Charge");
        await instance.CompleteAsync(0, "x");

        FailureOf(instance).Should().Contain("#0 is activity 'Reserve' in the history, but activity 'Charge'");
    }

    [Fact]
    public async Task Replay_AnotherKindOfAction_FailsNamingBoth()
    {
        var instance = await StartedAsync(context => context.CallActivityAsync<string>("Reserve"));

        code = async context =>
        {
            await context.CreateTimer(TimeSpan.FromSeconds(1));
            return "late";
        };
        await instance.CompleteAsync(0, "x");

        FailureOf(instance).Should().Contain("activity 'Reserve'").And.Contain("a timer");
    }

    [Fact]
    public async Task Replay_ActionThatIsGone_FailsNamingIt()
    {
        var instance = await StartedAsync(context => context.CallActivityAsync<string>("Reserve"));

        code = context => context.WaitForExternalEventAsync<string>("go");
        await instance.CompleteAsync(0, "x");

        FailureOf(instance).Should().Contain("#0 is activity 'Reserve'").And.Contain("does not get there");
    }

    [Fact]
    public async Task Replay_CodeThatThrowsNow_FailsWithItsException()
    {
        var instance = await StartedAsync(context => context.CallActivityAsync<string>("Reserve"));

        code = _ => throw new ArgumentException("bad");
        await instance.CompleteAsync(0, "x");

        instance.Completion!.FailureDetails.ErrorMessage.Should().Be("bad");
    }

    [Fact]
    public async Task Run_AwaitsSomethingElse_FailsAtOnce()
    {
        var never = new TaskCompletionSource<string>();

        var instance = await StartedAsync(_ => never.Task);

        FailureOf(instance).Should().Contain("not a task of its context").And.Contain("CreateTimer");
    }

    [Fact]
    public async Task Run_AwaitsSomethingElseAfterAStep_FailsThen()
    {
        var never = new TaskCompletionSource<string>();
        var instance = await StartedAsync(async context =>
        {
            await context.CallActivityAsync<string>("A");
            return await never.Task;
        });
        instance.Completion.Should().BeNull();

        await instance.CompleteAsync(0, "x");

        FailureOf(instance).Should().Contain("not a task of its context");
    }

    [Fact]
    public async Task Run_UnknownNames_AreAnsweredWithTheRegisteredOnes()
    {
        var instance = new TestInstance(options =>
        {
            options.RegisterWorkflow<object?, string>("Order", (_, _) => Task.FromResult(""));
            options.RegisterWorkflow<object?, string>("Billing", (_, _) => Task.FromResult(""));
        });

        await instance.StartAsync("Ordre");

        instance.Completion!.FailureDetails.ErrorMessage.Should().Be("Workflow 'Ordre' is not registered in this app. Registered: Billing, Order.");
    }

    private static string FailureOf(TestInstance instance)
    {
        instance.Last.Actions.Should().ContainSingle("nothing else is begun");
        instance.Completion!.WorkflowStatus.Should().Be(OrchestrationStatus.Failed);
        instance.Completion.FailureDetails.ErrorType.Should().Be("NonDeterministicWorkflow");
        return instance.Completion.FailureDetails.ErrorMessage;
    }

    private async Task<TestInstance> StartedAsync(Func<WorkflowContext, Task<string>> first)
    {
        code = first;
        var instance = new TestInstance(options => options.RegisterWorkflow<object?, string>("W", (context, _) => code(context)));
        await instance.StartAsync();
        return instance;
    }
}
