using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows.Engine;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows;

/// <summary>One instance, one item or one worker that fails does not keep the others from going on.</summary>
public sealed class WorkflowIsolationTests
{
    private readonly InMemoryWorkflowData _data = new();

    [Fact]
    public async Task Recovery_InstanceThatCannotBeRead_OthersGoOnAndItWhenItCanBeRead()
    {
        await using (var first = await StartAsync())
        {
            foreach (var id in new[] { "a-damaged", "b-sound" })
            {
                await WorkflowHost.CodeOfAsync(() => first.StartAsync("Echo", id, "1", timeout: TimeSpan.FromMilliseconds(100)));
            }
        }

        var sound = _data.Instances["a-damaged"];
        _data.Instances["a-damaged"] = sound with { State = [0xff, 0xff] };
        await using var second = await StartAsync();
        await using var worker = second.Worker().Start();

        (await second.CompletionAsync("b-sound")).Output.Should().Be("1");
        (await second.StartAsync("Echo", "new", "2")).InstanceId.Should().Be("new");
        second.Engine.Fault.Should().BeNull();

        lock (_data.Gate)
        {
            _data.Instances["a-damaged"] = sound;
        }

        await Eventually.TrueAsync(async () => (await second.GetAsync("a-damaged"))?.WorkflowStatus == OrchestrationStatus.Completed, "it is tried again by itself");
    }

    [Fact]
    public async Task Status_InstanceThatCannotBeRead_IsNamedWithItsReasonAndOthersAreTold()
    {
        await using (var first = await StartAsync())
        {
            await using var worker = first.Worker().Start();
            foreach (var id in new[] { "a-damaged", "b-sound" })
            {
                await first.StartAsync("WaitEvent", id);
            }
        }

        _data.Instances["a-damaged"] = _data.Instances["a-damaged"] with { State = [0xff, 0xff] };
        await using var second = await WorkflowHost.StartAsync(new InMemoryWorkflowStore("app", _data), new WorkflowOptions { WaitReportedAfter = TimeSpan.Zero });

        var waits = await second.Engine.AllWaitsAsync(default);

        waits.Should().HaveCount(2).And.Contain("1 workflow instances wait for an external event");
        waits.Should().ContainSingle(wait => wait.StartsWith("1 workflow instances cannot go on and are tried again: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Timer_WhoseInstanceFails_OthersFireAndItLater()
    {
        var damaged = true;
        await using var host = await StartAsync(commit => Volatile.Read(ref damaged) && commit.TimersDone.Any(timer => timer.InstanceId == "damaged"));
        await using var worker = host.Worker().Start();
        await host.StartAsync("Timer", "damaged", "50");
        await host.StartAsync("Timer", "sound", "300");

        (await host.CompletionAsync("sound")).Output.Should().Be("\"fired\"");
        host.Engine.Fault.Should().BeNull();
        Volatile.Write(ref damaged, false);

        (await host.CompletionAsync("damaged")).Output.Should().Be("\"fired\"");
    }

    [Fact]
    public async Task Turn_NeverAnswered_IsHandedOutAgain()
    {
        await using var host = await WorkflowHost.StartAsync(
            new InMemoryWorkflowStore("app", _data),
            new WorkflowOptions { TurnsPerWorker = 1, TurnLease = TimeSpan.FromMilliseconds(200), SweepInterval = TimeSpan.FromMilliseconds(50) });
        await using var worker = host.Worker();
        var asked = 0;
        var echo = worker.Workflows["Echo"];
        worker.Workflows["Echo"] = events => Interlocked.Increment(ref asked) == 1 ? throw new InvalidOperationException("the answer is lost") : echo(events);
        worker.Start();

        await host.StartAsync("Echo", "w1", "1");

        (await host.CompletionAsync("w1")).Output.Should().Be("1");
        asked.Should().BeGreaterThanOrEqualTo(2, "a busy machine may let the second lease end too");
    }

    [Fact]
    public async Task Activity_NeverAnswered_IsHandedOutAgain()
    {
        await using var host = await WorkflowHost.StartAsync(
            new InMemoryWorkflowStore("app", _data),
            new WorkflowOptions { ActivitiesPerWorker = 1, ActivityLease = TimeSpan.FromMilliseconds(200), SweepInterval = TimeSpan.FromMilliseconds(50) });
        await using var worker = host.Worker();
        var asked = 0;
        worker.Activity = request => Interlocked.Increment(ref asked) == 1 ? throw new InvalidOperationException("the answer is lost") : Task.FromResult(new ActivityResponse { Result = request.Input });
        worker.Start();

        await host.StartAsync("Chain", "w1", "1");

        (await host.CompletionAsync("w1")).Output.Should().Be("1");
        asked.Should().BeGreaterThanOrEqualTo(2, "a busy machine may let the second lease end too");
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Step_ThatFails_IsTakenUpAgainAfterALongerPauseEachTime()
    {
        var failures = 0;
        await using var host = await StartAsync(commit => commit.InboxTaken.Count > 0 && Interlocked.Increment(ref failures) <= 2);
        await using var worker = host.Worker().Start();
        await host.StartAsync("WaitEvent", "w1");

        await host.RaiseAsync("w1", "go", "1");

        (await host.CompletionAsync("w1")).Output.Should().Be("1");
        host.Engine.Fault.Should().BeNull();
    }

    private Task<WorkflowHost> StartAsync(Func<StoreCommit, bool>? refuses = null) => WorkflowHost.StartAsync(new FaultyStore(_data, refuses ?? (_ => false)));
}
