namespace Dapr.Workflow.Tests.Replay;

public sealed class ExternalEventTests
{
    [Fact]
    public async Task Wait_EventRaisedEarly_IsKeptAndComparedWithoutCase()
    {
        var instance = Instance(async context =>
        {
            await context.CallActivityAsync("A");
            return await context.WaitForExternalEventAsync<string>("Go") + await context.WaitForExternalEventAsync<string>("gO");
        });

        await instance.StartAsync("W", TestInstance.Raised("go", "1"));
        await instance.TurnAsync(TestInstance.Raised("GO", "2"));
        await instance.CompleteAsync(0, null);

        instance.Completion!.Result.Should().Be("\"12\"");
    }

    [Fact]
    public async Task Wait_EventWithinTheTimeout_Wins()
    {
        var instance = Instance(context => context.WaitForExternalEventAsync<string>("go", TimeSpan.FromMinutes(1)));

        var timer = (await instance.StartAsync()).Actions.Should().ContainSingle().Which.CreateTimer;
        timer.ExternalEvent.Name.Should().Be("go");
        timer.FireAt.ToDateTime().Should().Be(instance.Now.AddMinutes(1));
        await instance.TurnAsync(TestInstance.Raised("go", "x"));

        instance.Completion!.Result.Should().Be("\"x\"");
    }

    [Fact]
    public async Task Wait_Timeout_ThrowsAndAnEventThatComesLaterIsKept()
    {
        var instance = Instance(async context =>
        {
            try
            {
                return await context.WaitForExternalEventAsync<string>("go", TimeSpan.FromMinutes(1));
            }
            catch (TaskCanceledException)
            {
                return "late:" + await context.WaitForExternalEventAsync<string>("go");
            }
        });

        await instance.StartAsync();
        await instance.FireAsync(0);
        await instance.TurnAsync(TestInstance.Raised("go", "x"));

        instance.Completion!.Result.Should().Be("\"late:x\"");
    }

    [Fact]
    public async Task Wait_TimerOfALostRace_IsIgnoredWhenItFires()
    {
        var instance = Instance(async context =>
        {
            var value = await context.WaitForExternalEventAsync<string>("go", TimeSpan.FromMinutes(1));
            await context.CallActivityAsync("A");
            return value;
        });

        await instance.StartAsync();
        await instance.TurnAsync(TestInstance.Raised("go", "x"));
        (await instance.FireAsync(0)).Actions.Should().BeEmpty();
        await instance.CompleteAsync(1, null);

        instance.Completion!.Result.Should().Be("\"x\"");
    }

    [Fact]
    public async Task Wait_ZeroTimeout_ThrowsAtOnceWithoutATimer()
    {
        var instance = Instance(context => context.WaitForExternalEventAsync<string>("go", TimeSpan.Zero));

        await instance.StartAsync();

        instance.Last.Actions.Should().ContainSingle();
        instance.Completion!.FailureDetails.ErrorType.Should().Be("System.Threading.Tasks.TaskCanceledException");
    }

    [Fact]
    public async Task Wait_InfiniteTimeout_AddsTheEndlessTimer()
    {
        var instance = Instance(async context =>
        {
            var value = await context.WaitForExternalEventAsync<string>("go", Timeout.InfiniteTimeSpan);
            await context.CallActivityAsync("A");
            return value;
        });

        var fireAt = (await instance.StartAsync()).Actions[0].CreateTimer.FireAt;
        (fireAt.Seconds, fireAt.Nanos).Should().Be((253402300799, 999999999));
        (await instance.TurnAsync(TestInstance.Raised("go", "x"))).Actions.Should().ContainSingle().Which.Id.Should().Be(1);
    }

    [Fact]
    public async Task Wait_InfiniteTimeoutOverAHistoryWithoutItsTimer_LeavesTheTimerOut()
    {
        var old = true;
        var instance = Instance(async context =>
        {
            var waiting = old ? context.WaitForExternalEventAsync<string>("go") : context.WaitForExternalEventAsync<string>("go", Timeout.InfiniteTimeSpan);
            await context.CallActivityAsync("A");
            return await waiting;
        });

        await instance.StartAsync();
        old = false;
        (await instance.CompleteAsync(0, null)).Actions.Should().BeEmpty();
        await instance.TurnAsync(TestInstance.Raised("go", "x"));

        instance.Completion!.Result.Should().Be("\"x\"");
    }

    [Fact]
    public async Task Wait_Cancelled_LeavesTheEventToTheNext()
    {
        var instance = Instance(async context =>
        {
            using var source = new CancellationTokenSource();
            var first = context.WaitForExternalEventAsync<string>("go", source.Token);
            var second = context.WaitForExternalEventAsync<string>("go");
            source.Cancel();
            return $"{first.IsCanceled}{await second}";
        });

        await instance.StartAsync();
        await instance.TurnAsync(TestInstance.Raised("go", "x"));

        instance.Completion!.Result.Should().Be("\"Truex\"");
    }

    private static TestInstance Instance(Func<WorkflowContext, Task<string>> run) =>
        new(options => options.RegisterWorkflow<object?, string>("W", (context, _) => run(context)));
}
