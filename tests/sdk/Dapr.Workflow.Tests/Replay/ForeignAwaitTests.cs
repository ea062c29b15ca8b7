using System.Net;
using System.Net.Sockets;
using Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Tests.Replay;

/// <summary>A workflow that awaits what is not of its context fails, and the failure names the call and where it is.</summary>
public sealed class ForeignAwaitTests
{
    private static readonly HttpClient Client = new();
    private static readonly Uri NeverAnswers = Listen();

    public static TheoryData<string, Func<WorkflowContext, Task>> Awaits { get; } = new()
    {
        { "Task.Delay", _ => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System) },
        { "Task.Run", _ => Task.Run(() => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System)) },
        { "SemaphoreSlim", _ => new SemaphoreSlim(0).WaitAsync() },
        { "a task that other code completes", _ => new TaskCompletionSource().Task },
        { "HttpClient.", _ => Client.GetStringAsync(NeverAnswers) },
        { "Task.WhenAll", _ => Task.WhenAll(Task.CompletedTask, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System)) },
        { "Task.Delay", _ => Task.WhenAny(Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System), Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System)) },
        { "BlockedReadAsyncOperation", async _ => await System.Threading.Channels.Channel.CreateUnbounded<int>().Reader.ReadAsync() },
    };

    [Theory]
    [MemberData(nameof(Awaits))]
    public async Task Run_ForeignAwait_FailsNamingTheCall(string call, Func<WorkflowContext, Task> foreign)
    {
        var failure = await FailureOfAsync(async context =>
        {
            await foreign(context);
            return "";
        });

        failure.Should().StartWith("The workflow waits in ForeignAwaitTests.").And.Contain($" for {call}").And.Contain(", which is not a task of its context");
    }

    [Fact]
    public async Task Run_AwaitInAMethodOfItsOwn_NamesThatMethod()
    {
        var failure = await FailureOfAsync(async _ =>
        {
            await Task.CompletedTask;
            return await OwnMethodAsync();
        });

        failure.Should().StartWith("The workflow waits in ForeignAwaitTests.OwnMethodAsync for Task.Delay, which is not a task of its context. Use context.CreateTimer");
    }

    [Fact]
    public async Task Run_CallsItsContextFromAnotherThread_FailsNamingWhatItAskedFor()
    {
        using var called = new ManualResetEventSlim();
        Exception? refused = null;
        await FailureOfAsync(async context =>
        {
            // What happens after Task.Run(...) is another thread's work.
            await Task.Run(() =>
            {
                refused = Record.Exception(() => { _ = context.CallActivityAsync("Pay"); });
                called.Set();
                return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
            });
            return "";
        });

        called.Wait(TimeSpan.FromSeconds(10)).Should().BeTrue();
        refused.Should().BeOfType<InvalidOperationException>().Which.Message.Should().StartWith("The workflow asked for activity 'Pay' outside its turn");
    }

    // Connects in the backlog, and that is all.
    private static Uri Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://{listener.LocalEndpoint}/");
    }

    private static async Task<string> OwnMethodAsync()
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
        return "";
    }

    private static async Task<string> FailureOfAsync(Func<WorkflowContext, Task<string>> code)
    {
        var instance = new TestInstance(options => options.RegisterWorkflow<object?, string>("W", (context, _) => code(context)));
        await instance.StartAsync();
        instance.Completion!.WorkflowStatus.Should().Be(OrchestrationStatus.Failed);
        instance.Completion.FailureDetails.ErrorType.Should().Be("NonDeterministicWorkflow");
        return instance.Completion.FailureDetails.ErrorMessage;
    }
}
