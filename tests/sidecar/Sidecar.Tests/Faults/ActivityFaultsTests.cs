using System.Diagnostics;
using Dapr.DurableTask.Protobuf;
using Sidecar.Api.Grpc;
using Sidecar.Faults;
using Sidecar.Tests.Workflows;
using Sidecar.Workflows.Engine;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Faults;

public sealed class ActivityFaultsTests
{
    private readonly FaultInjection _faults = new(Random.Shared.NextDouble);

    [Fact]
    public async Task Error_FailsTheActivityWithoutRunningIt()
    {
        await using var host = await StartAsync("activity=Step", "error=no funds");
        await using var worker = host.Worker();
        worker.Workflows["Tells"] = events => events.FirstOrDefault(e => e.TaskFailed is not null) is { } failed
            ? [new WorkflowAction { CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Completed, Result = failed.TaskFailed.FailureDetails.ErrorMessage } }]
            : events.Any(e => e.TaskScheduled is not null) ? [] : [Scripts.Schedule(0, "x")];
        worker.Start();

        await host.StartAsync("Tells", "w");

        (await host.CompletionAsync("w")).Output.Should().Be("no funds (injected by fault f)");
        worker.Activities.Should().BeEmpty();
    }

    [Fact]
    public async Task DropAnswer_RunsTheActivityAgainUnderItsKey()
    {
        await using var host = await StartAsync(TimeSpan.FromMilliseconds(400), "activity=Step", "drop=answer", "times=1");
        await using var worker = host.Worker().Start();

        await host.StartAsync("Chain", "w", "1");

        (await host.CompletionAsync("w")).WorkflowStatus.Should().Be(OrchestrationStatus.Completed);
        worker.Activities.Select(activity => activity.TaskExecutionId).Should().Equal("exec-0", "exec-0");
        worker.Errors.Should().ContainSingle().Which.Should().BeOfType<GrpcException>().Which.Status.Code.Should().Be(GrpcCode.Unavailable);
    }

    [Fact]
    public async Task Latency_DelaysItsEndAlone()
    {
        await using var host = await StartAsync("activity=Step", "latency=300ms");
        await using var worker = host.Worker().Start();
        var clock = Stopwatch.StartNew();

        await host.StartAsync("Chain", "w", "1");
        await host.CompletionAsync("w");

        clock.Elapsed.Should().BeGreaterThan(TimeSpan.FromMilliseconds(295));
        worker.Activities.Should().ContainSingle();
    }

    private Task<WorkflowHost> StartAsync(params string[] fields) => StartAsync(new WorkflowOptions().ActivityLease, fields);

    private Task<WorkflowHost> StartAsync(TimeSpan lease, params string[] fields)
    {
        _faults.Set(FaultRuleReader.Read(FaultRuleReaderTests.Fields(fields), "f", out _)!);
        var options = new WorkflowOptions { ActivityLease = lease, SweepInterval = TimeSpan.FromMilliseconds(50) };
        return WorkflowHost.StartAsync(new InMemoryWorkflowStore("app", new InMemoryWorkflowData()), options, new ActivityFaults(_faults, "app", TimeProvider.System));
    }
}
