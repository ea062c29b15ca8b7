using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows.Engine;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows;

/// <summary>An instance that does not advance says what it waits for; payloads over the limit fail their instance alone; many activities fit in one.</summary>
public sealed class WorkflowWaitTests : IAsyncLifetime
{
    private static readonly WorkflowOptions AtOnce = new() { WaitReportedAfter = TimeSpan.Zero, MaxPayload = 1_000 };
    private readonly InMemoryWorkflowData _data = new();
    private WorkflowHost _host = null!;

    public async Task InitializeAsync() => _host = await WorkflowHost.StartAsync(new InMemoryWorkflowStore("app", _data), AtOnce);

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Wait_NoWorker_SaysSo()
    {
        await WorkflowHost.CodeOfAsync(() => _host.StartAsync("Echo", "w1", timeout: TimeSpan.FromMilliseconds(100)));

        (await WaitAsync("w1")).Should().Be("a worker: none of app 'app' is connected");
        _host.Engine.Waits().Should().Equal("1 workflow instances wait for a worker: none of app 'app' is connected");
    }

    [Fact]
    public async Task Wait_WhatTheWorkflowAskedFor_IsNamed()
    {
        await using var worker = _host.Worker().Start();
        await _host.StartAsync("WaitEvent", "event");
        await _host.StartAsync("Timer", "timer", "60000");
        await _host.StartAsync("ParentOfWaiting", "parent", "child");
        await _host.StartAsync("WaitEvent", "held");
        await _host.CallAsync<SuspendRequest, SuspendResponse>("SuspendInstance", new SuspendRequest { InstanceId = "held" });

        await Eventually.TrueAsync(async () => await WaitAsync("event") == "an external event", "the first turn is over");
        (await WaitAsync("timer")).Should().StartWith("a timer at 20");
        (await WaitAsync("parent")).Should().Be("child workflow 'child'");
        (await WaitAsync("held")).Should().Be("a resume: it is suspended");
        (await WaitAsync("none")).Should().BeNull();
        _host.Engine.Waits().Should().BeEmpty("nothing is wrong with any of them");
        (await _host.Engine.AllWaitsAsync(default)).Should().BeEquivalentTo(
            "2 workflow instances wait for an external event", "1 workflow instances wait for a timer", "1 workflow instances wait for a child workflow", "1 workflow instances wait for a resume");
    }

    [Fact]
    public async Task Wait_ActivityThatDoesNotAnswer_IsNamedWithWhoHasIt()
    {
        var worker = _host.Worker();
        worker.Activity = _ => new TaskCompletionSource<ActivityResponse>().Task;
        worker.Start();
        await _host.StartAsync("FanOut", "w1", "5");
        await Eventually.TrueAsync(() => worker.Activities.Count == 5, "the worker has the activities");

        (await WaitAsync("w1")).Should().Be("activity 'Step' (#0), which a worker has; activity 'Step' (#1), which a worker has; activity 'Step' (#2), which a worker has; and 2 more");
        _host.Engine.Waits().Should().Equal("1 workflow instances wait for the answer of a worker");
        await worker.DisposeAsync();
        await Eventually.TrueAsync(async () => (await WaitAsync("w1"))!.StartsWith("activity 'Step' (#0), which waits for a worker", StringComparison.Ordinal), "nobody has it");
    }

    [Fact]
    public async Task Wait_StepThatCannotBeStored_NamesTheReason()
    {
        await using var host = await WorkflowHost.StartAsync(new FaultyStore(_data, commit => commit.InboxTaken.Count > 0), AtOnce);
        await using var worker = host.Worker().Start();
        await host.StartAsync("WaitEvent", "w1");

        await host.RaiseAsync("w1", "go");

        await Eventually.TrueAsync(async () => await host.Engine.FindWaitAsync("w1", default) == "its next attempt: damaged", "the store refuses the turn's step");
        host.Engine.Waits().Should().Contain("1 workflow instances cannot go on and are tried again: damaged");
    }

    [Fact]
    public async Task Wait_StoreThatDoesNotAnswer_IsNamed()
    {
        var store = new FaultyStore(_data, _ => false);
        await using var host = await WorkflowHost.StartAsync(store, AtOnce);
        await using var worker = host.Worker().Start();
        await host.StartAsync("WaitEvent", "w1");
        var answers = new TaskCompletionSource();
        store.Answers = answers.Task;

        var raised = host.RaiseAsync("w1", "go", "1");

        try
        {
            await Eventually.TrueAsync(async () => await host.Engine.FindWaitAsync("w1", default) == "the store, which has to write a step", "the event is not durable");
            host.Engine.Waits().Should().Equal("1 workflow instances wait for the store");
        }
        finally
        {
            answers.SetResult();
        }

        await raised;
        (await host.CompletionAsync("w1")).Output.Should().Be("1");
    }

    [Fact]
    public async Task Turn_PayloadOverTheLimit_FailsThatInstanceAlone()
    {
        await using var worker = _host.Worker();
        worker.Workflows["Large"] = _ => [Scripts.Schedule(0, new string('x', 1_001))];
        worker.Start();

        await _host.StartAsync("Large", "w1");
        await _host.StartAsync("Echo", "w2", "1");

        var failed = await _host.CompletionAsync("w1");
        failed.FailureDetails.ErrorType.Should().Be("PayloadTooLarge");
        failed.FailureDetails.ErrorMessage.Should().Contain("1001").And.Contain("1000");
        (await _host.CompletionAsync("w2")).Output.Should().Be("1");
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task FanOut_TenThousandActivities_AllRunAndAreCounted()
    {
        await using var worker = _host.Worker().Start();

        await _host.StartAsync("FanOut", "w1", "10000", timeout: TimeSpan.FromSeconds(60));

        (await _host.CompletionAsync("w1", TimeSpan.FromSeconds(120))).Output.Should().Be("10000");
        worker.Activities.Select(activity => activity.TaskId).Distinct().Should().HaveCount(10_000);
    }

    private Task<string?> WaitAsync(string id) => _host.Engine.FindWaitAsync(id, default);
}
