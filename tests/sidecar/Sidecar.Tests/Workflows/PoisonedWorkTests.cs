using Dapr.DurableTask.Protobuf;
using Sidecar.Tests.Support;
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

    [Fact]
    public async Task Turns_WorkersComeLaterThanThePauses_ComeOneAfterTheOtherWhatLostMostLast()
    {
        var time = new ManualTime();
        await using var host = await StartAsync(time);
        var starts = Enumerable.Range(0, 3).Select(i => host.StartAsync("WaitEvent", $"w{i}")).ToList();
        await LoseAsync(host, worker => worker.Turns.Count, 3);
        await LoseAsync(host, worker => worker.Turns.Count, 3);
        await Eventually.TrueAsync(() => time.TimersIn(TimeSpan.FromSeconds(1)) == 3, "they are held back");
        time.Advance(TimeSpan.FromMinutes(2));

        var first = await AloneAsync(host, "x1");
        await Eventually.TrueAsync(() => time.TimersIn(TimeSpan.FromSeconds(2)) == 1, "the one that was out is held back for longer");
        time.Advance(TimeSpan.FromMinutes(2));
        var second = await AloneAsync(host, "x2");
        await Eventually.TrueAsync(() => time.TimersIn(TimeSpan.FromSeconds(2)) == 1, "the one that was out is held back for longer");
        time.Advance(TimeSpan.FromMinutes(2));
        await using var worker = host.Worker().Start();

        for (var come = 1; come <= 3; come++)
        {
            await Eventually.TrueAsync(() => worker.Turns.Count == come, "the next has come");
            time.Advance(TimeSpan.FromMilliseconds(20));
        }

        string[] all = ["w0", "w1", "w2"];
        worker.Turns.Select(turn => turn.InstanceId).First().Should().Be(all.Except([first, second]).Should().ContainSingle().Which);
        await Task.WhenAll(starts);
    }

    // A worker that ends with the first it gets of what is held back; the turn of another instance shows that it got no more.
    private static async Task<string> AloneAsync(WorkflowHost host, string other)
    {
        await using var worker = host.Worker();
        worker.Answers = turn => turn.InstanceId == other;
        worker.Start();
        await Eventually.TrueAsync(() => !worker.Turns.IsEmpty, "it has the first");
        await host.StartAsync("Echo", other, "1");
        await host.CompletionAsync(other);
        worker.Turns.Should().HaveCount(2);
        return worker.Turns.First().InstanceId;
    }

    private static Task<WorkflowHost> StartAsync(TimeProvider? time = null) =>
        WorkflowHost.StartAsync(new InMemoryWorkflowStore("app", new InMemoryWorkflowData()), new WorkflowOptions { WaitReportedAfter = TimeSpan.Zero }, time: time);

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
