using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows.Engine;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows;

/// <summary>Work that ends every worker which gets it: it is handed out more and more seldom, says so, and leaves the others alone.</summary>
public sealed class PoisonedWorkTests
{
    private const string Attempt = "its next attempt: 2 workers have gone, one after the other, while they had it";

    [Fact]
    public async Task Turn_EndsItsWorkersTwice_WaitsByNameWhileOthersGoOnAndIsTriedAgain()
    {
        await using var host = await StartAsync();
        var start = host.StartAsync("WaitEvent", "poison");
        await LoseAsync(host, worker => worker.Turns.Count);
        await LoseAsync(host, worker => worker.Turns.Count);

        await Eventually.TrueAsync(async () => await host.Engine.FindWaitAsync("poison", default) == Attempt, "the wait is named");
        host.Engine.Waits().Should().Equal("1 workflow instances wait for the next attempt of work whose workers have gone each time");
        await host.RaiseAsync("poison", "go", "1");
        await using var worker = host.Worker().Start();
        await host.StartAsync("Echo", "w1", "1");
        await host.CompletionAsync("w1");
        worker.Turns.Should().ContainSingle("what happens meanwhile does not bring the turn about earlier");

        (await host.CompletionAsync("poison")).Output.Should().Be("1");
        await start;
    }

    [Fact]
    public async Task Activity_EndsItsWorkersTwice_WaitsByNameWhileOthersGoOnAndIsTriedAgain()
    {
        await using var host = await StartAsync();
        await using (var worker = Hanging(host.Worker()).Start())
        {
            await host.StartAsync("Chain", "poison", "1");
            await Eventually.TrueAsync(() => worker.Activities.Count == 1, "it has the activity");
        }

        await LoseAsync(host, worker => worker.Activities.Count);

        await Eventually.TrueAsync(async () => await host.Engine.FindWaitAsync("poison", default) == $"activity 'Step' (#0), which waits for {Attempt}", "the wait is named");
        await using var next = host.Worker().Start();
        await host.StartAsync("Chain", "w1", "1");
        await host.CompletionAsync("w1");
        next.Activities.Should().ContainSingle();

        (await host.CompletionAsync("poison")).Output.Should().Be("1");
    }

    [Fact]
    public async Task Turns_LostTogether_ComeOneAfterTheOtherSoThatTheHarmlessGetThrough()
    {
        await using var host = await StartAsync();
        var starts = Enumerable.Range(0, 5).Select(i => host.StartAsync(i == 2 ? "WaitEvent" : "Echo", $"w{i}", "1")).ToList();
        await LoseAsync(host, worker => worker.Turns.Count, 5);
        await LoseAsync(host, worker => worker.Turns.Count, 5);

        // The third attempt, as long as the poison is there: it ends at once whoever has it.
        for (var lost = 0; lost < 5 && !Others().All(start => start.IsCompleted); lost++)
        {
            await using var worker = host.Worker();
            worker.Answers = turn => turn.InstanceId != "w2";
            worker.Start();
            await Eventually.TrueAsync(() => worker.Turns.Any(turn => turn.InstanceId == "w2") || Others().All(start => start.IsCompleted), "it is ended, or not needed");
        }

        Others().Should().OnlyContain(start => start.IsCompletedSuccessfully);

        IEnumerable<Task> Others() => starts.Where((_, i) => i != 2);
    }

    private static Task<WorkflowHost> StartAsync() =>
        WorkflowHost.StartAsync(new InMemoryWorkflowStore("app", new InMemoryWorkflowData()), new WorkflowOptions { WaitReportedAfter = TimeSpan.Zero });

    // A worker that ends as soon as it has its work.
    private static async Task LoseAsync(WorkflowHost host, Func<FakeWorker, int> has, int count = 1)
    {
        await using (var worker = Hanging(host.Worker()))
        {
            worker.Answers = _ => false;
            worker.Start();
            await Eventually.TrueAsync(() => has(worker) == count, "it has the work");
        }

        await Eventually.TrueAsync(() => host.Engine.Dispatcher.Workers == 0, "it has gone");
    }

    private static FakeWorker Hanging(FakeWorker worker)
    {
        worker.Activity = _ => new TaskCompletionSource<ActivityResponse>().Task;
        return worker;
    }
}
