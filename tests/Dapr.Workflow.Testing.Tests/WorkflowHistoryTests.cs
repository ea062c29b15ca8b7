using Dapr.Workflow.Testing.Histories;

namespace Dapr.Workflow.Testing.Tests;

/// <summary>A history of one version of a workflow, replayed with the code of another.</summary>
public sealed class WorkflowHistoryTests
{
    private const string Name = "Ship";

    [Fact]
    public async Task Replay_SameCode_Fits() => (await ReplayAsync(First, First)).Should().BeNull();

    [Fact]
    public async Task Replay_RunUnderWay_FitsAsFarAsItIs()
    {
        var simulation = new WorkflowSimulation(app => Register(app, First));
        simulation.Run(async workflows =>
        {
            await workflows.StartAsync(Name, "s1", "o1");
            await workflows.PauseAsync(TimeSpan.FromSeconds(1));
        });
        var history = simulation.History("s1");

        history.Steps.Should().NotContain(step => step.StartsWith("ExecutionCompleted", StringComparison.Ordinal));
        (await history.ReplayAsync(app => Register(app, First))).Should().BeNull();
        (await history.ReplayAsync(app => Register(app, Reordered))).Should().NotBeNull();
    }

    [Fact]
    public async Task Replay_SuspendedOnTheWay_Fits()
    {
        var simulation = new WorkflowSimulation(app => Register(app, First));
        simulation.Run(async workflows =>
        {
            await workflows.StartAsync(Name, "s1", "o1");
            await workflows.PauseAsync(TimeSpan.FromSeconds(1));
            await workflows.SuspendAsync("s1");
            await workflows.PauseAsync(TimeSpan.FromDays(2));
            await workflows.ResumeAsync("s1");
            await workflows.WaitAsync("s1");
        });

        (await simulation.History("s1").ReplayAsync(app => Register(app, First))).Should().BeNull();
    }

    [Fact]
    public async Task Replay_StepsInAnotherOrder_SaysExpectedAndFound() =>
        (await ReplayAsync(First, Reordered)).Should().Be("Ship: action #0: expected activity 'pack', found a timer");

    [Fact]
    public async Task Replay_OneStepLess_SaysExpectedAndFound() =>
        (await ReplayAsync(First, Shorter)).Should().Be("Ship: action #1: expected a timer, found the end with \"o1\"");

    [Fact]
    public async Task Replay_OneStepMore_SaysExpectedAndFound() =>
        (await ReplayAsync(Shorter, First)).Should().Be("Ship: action #1: expected the end with \"o1\", found a timer");

    [Fact]
    public async Task Replay_AwaitOfSomethingElse_SaysSo() =>
        (await ReplayAsync(First, Foreign)).Should().Contain("not a task of its context");

    [Fact]
    public async Task Replay_ChangeBehindIsPatched_Fits() => (await ReplayAsync(First, Patched)).Should().BeNull();

    [Fact]
    public async Task Replay_NameThatIsNotRegistered_SaysSo() =>
        (await Record(First).ReplayAsync(app => app.RegisterWorkflow<string, string>("Other", First))).Should().Contain("'Ship' is not registered");

    [Fact]
    public async Task Replay_FailureOnTheWay_Fits()
    {
        static async Task<string> Catching(WorkflowContext context, string order)
        {
            try
            {
                return await context.CallActivityAsync<string>("break", order);
            }
            catch (WorkflowTaskFailedException failure)
            {
                return failure.FailureDetails.ErrorMessage;
            }
        }

        (await ReplayAsync(Catching, Catching)).Should().BeNull();
    }

    [Fact]
    public void ToJson_Parsed_IsTheSame()
    {
        var text = Record(First).ToJson();

        WorkflowHistory.Parse(text).ToJson().Should().Be(text);
    }

    private static async Task<string> First(WorkflowContext context, string order)
    {
        var packed = await context.CallActivityAsync<string>("pack", order);
        await context.CreateTimer(TimeSpan.FromDays(1));
        return packed;
    }

    private static async Task<string> Reordered(WorkflowContext context, string order)
    {
        await context.CreateTimer(TimeSpan.FromDays(1));
        return await context.CallActivityAsync<string>("pack", order);
    }

    private static Task<string> Shorter(WorkflowContext context, string order) => context.CallActivityAsync<string>("pack", order);

    private static async Task<string> Foreign(WorkflowContext context, string order)
    {
        await new TaskCompletionSource().Task;
        return order;
    }

    private static async Task<string> Patched(WorkflowContext context, string order)
    {
        var packed = await context.CallActivityAsync<string>("pack", order);
        if (context.IsPatched("label"))
        {
            await context.CallActivityAsync<string>("label", order);
        }

        await context.CreateTimer(TimeSpan.FromDays(1));
        return packed;
    }

    private static async Task<string?> ReplayAsync(Func<WorkflowContext, string, Task<string>> recorded, Func<WorkflowContext, string, Task<string>> today) =>
        await Record(recorded).ReplayAsync(app => Register(app, today));

    private static WorkflowHistory Record(Func<WorkflowContext, string, Task<string>> workflow)
    {
        var simulation = new WorkflowSimulation(app => Register(app, workflow));
        simulation.Run(async workflows =>
        {
            await workflows.StartAsync(Name, "s1", "o1");
            await workflows.WaitAsync("s1");
        });
        return simulation.History("s1");
    }

    private static void Register(WorkflowRuntimeOptions app, Func<WorkflowContext, string, Task<string>> workflow)
    {
        app.RegisterWorkflow(Name, workflow);
        app.RegisterActivity<string, string>("pack", (_, order) => Task.FromResult(order));
        app.RegisterActivity<string, string>("break", (_, order) => throw new InvalidOperationException("broken"));
    }
}
