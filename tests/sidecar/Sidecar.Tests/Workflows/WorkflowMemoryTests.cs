using Dapr.DurableTask.Protobuf;
using Sidecar.Api.Grpc;
using Sidecar.Workflows.Engine;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows;

/// <summary>What stays in memory: instances that do something, some of those that wait, and the heads of those that left last.</summary>
public sealed class WorkflowMemoryTests
{
    private readonly InMemoryWorkflowData _data = new();

    [Fact]
    public async Task Wait_MoreInstancesThanMayIdle_LeaveMemoryAndGoOn()
    {
        await using var host = await WorkflowHost.StartAsync(new InMemoryWorkflowStore("app", _data), new WorkflowOptions { MaxIdle = 3 });
        await using var worker = host.Worker().Start();
        string[] ids = [.. Enumerable.Range(0, 10).Select(i => $"w{i}")];

        await Task.WhenAll(ids.Select(id => host.StartAsync("WaitEvent", id)));

        await Eventually.TrueAsync(() => host.Engine.LoadedInstances <= 3, "the others wait in the store");
        await Task.WhenAll(ids.Select(id => host.RaiseAsync(id, "go", $"\"{id}\"")));
        var states = await Task.WhenAll(ids.Select(id => host.CompletionAsync(id)));
        states.Select(state => state.Output).Should().Equal(ids.Select(id => $"\"{id}\""));
    }

    [Fact]
    public async Task Start_TooManyInstancesInMemoryWithActivitiesNobodyRuns_IsRefusedUntilTheyGoOn()
    {
        await using var host = await WorkflowHost.StartAsync(new InMemoryWorkflowStore("app", _data), new WorkflowOptions { MaxLoaded = 3 });
        await using var worker = host.Worker();
        var go = new TaskCompletionSource();
        worker.Activity = async request =>
        {
            await go.Task;
            return new ActivityResponse { Result = request.Input };
        };
        worker.Start();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => host.StartAsync("Chain", $"w{i}", "1")));

        (await WorkflowHost.CodeOfAsync(() => host.StartAsync("Chain", "w4", "1"))).Should().Be(GrpcCode.ResourceExhausted);
        go.SetResult();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => host.CompletionAsync($"w{i}")));
        await Eventually.TrueAsync(() => host.Engine.LoadedInstances == 0, "they have ended");
        await host.StartAsync("Chain", "w4", "1");
    }

    [Fact]
    public async Task Get_InstanceHasJustEnded_NeedsNoStore()
    {
        await using var host = await WorkflowHost.StartAsync(new InMemoryWorkflowStore("app", _data));
        await using var worker = host.Worker().Start();
        await host.StartAsync("Echo", "w1", "1");
        await host.CompletionAsync("w1");
        await Eventually.TrueAsync(() => host.Engine.LoadedInstances == 0, "it has ended");
        Forget("w1");

        (await host.GetAsync("w1"))!.Output.Should().Be("1");
    }

    [Fact]
    public async Task Get_InstanceEndedAndItsIdWasUsedAgain_ShowsTheNewRun()
    {
        await using var host = await WorkflowHost.StartAsync(new InMemoryWorkflowStore("app", _data));
        await using var worker = host.Worker().Start();
        await host.StartAsync("Echo", "w1", "1");
        await host.CompletionAsync("w1");

        await host.StartAsync("WaitEvent", "w1", "2");

        (await host.GetAsync("w1"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Running);
    }

    [Fact]
    public async Task Get_InstanceEndedAndWasPurged_IsGone()
    {
        await using var host = await WorkflowHost.StartAsync(new InMemoryWorkflowStore("app", _data));
        await using var worker = host.Worker().Start();
        await host.StartAsync("Echo", "w1", "1");
        await host.CompletionAsync("w1");

        await host.CallAsync<PurgeInstancesRequest, PurgeInstancesResponse>("PurgeInstances", new PurgeInstancesRequest { InstanceId = "w1" });

        (await host.GetAsync("w1")).Should().BeNull();
    }

    [Fact]
    public void RecentHeads_MoreThanAreKept_TheFirstAreForgotten()
    {
        var heads = new RecentHeads();

        for (var i = 0; i < 2_001; i++)
        {
            heads.Add(Head($"i{i}", 10));
        }

        heads.Find("i0").Should().BeNull();
        heads.Find("i1").Should().NotBeNull();
        heads.Find("i2000").Should().NotBeNull();
    }

    [Fact]
    public void RecentHeads_LeftTwice_TheLaterOneStaysAsLongAsIfItHadLeftOnce()
    {
        var heads = new RecentHeads();
        heads.Add(Head("twice", 1));
        heads.Remove("twice");
        var later = Head("twice", 2);
        heads.Add(later);

        for (var i = 0; i < 1_999; i++)
        {
            heads.Add(Head($"i{i}", 10));
        }

        heads.Find("twice").Should().BeSameAs(later);
    }

    [Fact]
    public void RecentHeads_LargeHead_IsLeftToTheStore()
    {
        var heads = new RecentHeads();

        heads.Add(Head("large", 5_000));

        heads.Find("large").Should().BeNull();
    }

    private static InstanceRow Head(string id, int bytes) =>
        new(id, 1, "w", OrchestrationStatus.Completed, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, new byte[bytes], []);

    private void Forget(string id)
    {
        lock (_data.Gate)
        {
            _data.Instances.Remove(id);
        }
    }
}
