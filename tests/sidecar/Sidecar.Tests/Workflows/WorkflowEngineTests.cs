using Dapr.DurableTask.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Workflows.Postgres;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows;

public sealed class InMemoryWorkflowEngineTests : WorkflowEngineContract
{
    private protected override Task<IWorkflowStore> CreateStoreAsync() => Task.FromResult<IWorkflowStore>(new InMemoryWorkflowStore("app", new InMemoryWorkflowData()));
}

public sealed class PostgresWorkflowEngineTests(PostgresWorkflowStoreTests.Database database) : WorkflowEngineContract, IClassFixture<PostgresWorkflowStoreTests.Database>
{
    private protected override Task<IWorkflowStore> CreateStoreAsync() =>
        Task.FromResult<IWorkflowStore>(new PostgresWorkflowStore(Guid.NewGuid().ToString("N"), database.ConnectionString, TimeProvider.System, NullLogger<PostgresWorkflowStore>.Instance));
}

public sealed class RedisWorkflowEngineTests : WorkflowEngineContract
{
    private protected override Task<IWorkflowStore> CreateStoreAsync() => Task.FromResult<IWorkflowStore>(RedisWorkflowStoreTests.Create(Guid.NewGuid().ToString("N")));
}

/// <summary>The engine is thrown away in the middle and a new one takes over the same database.</summary>
public sealed class WorkflowCrashTests(PostgresWorkflowStoreTests.Database database) : IClassFixture<PostgresWorkflowStoreTests.Database>
{
    private readonly string _app = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Crash_AgainAndAgain_EveryChainCompletesAndCompletedStepsAreNotRepeated()
    {
        const int chains = 30;
        var completed = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        for (var round = 0; round < 4; round++)
        {
            await using var host = await StartAsync();
            await using var worker = host.Worker();
            worker.Activity = request =>
            {
                completed.AddOrUpdate($"{request.WorkflowInstance.InstanceId}/{request.TaskId}/{request.TaskExecutionId}", 1, (_, count) => count + 1);
                return Task.FromResult(new ActivityResponse { Result = request.Input });
            };
            worker.Start();
            if (round == 0)
            {
                await Task.WhenAll(Enumerable.Range(0, chains).Select(i => host.StartAsync("Chain", $"w{i}", "20")));
            }

            await Eventually.TrueAsync(() => worker.Activities.Count > 50, "some steps are done");
        }

        await using var last = await StartAsync();
        await using var finisher = last.Worker().Start();
        var pending = Task.WhenAll(Enumerable.Range(0, chains).Select(i => last.CompletionAsync($"w{i}")));
        await pending.ContinueWith(_ => { }, TaskScheduler.Default);
        finisher.Errors.Should().BeEmpty();
        var states = await pending;

        states.Should().OnlyContain(state => state.Output == "20");
        completed.Keys.Select(key => key[..key.LastIndexOf('/')]).Should().OnlyHaveUniqueItems("a step keeps its execution id over crashes");
    }

    [Fact]
    public async Task Crash_WaitingForTimerEventAndScheduledStart_GoOnAfterwards()
    {
        await using (var first = await StartAsync())
        {
            await using var worker = first.Worker().Start();
            await first.StartAsync("Timer", "timer", "600");
            await first.StartAsync("WaitEvent", "event");
            await first.StartAsync("ParentOfWaiting", "parent", "child");
            await first.StartAsync("Echo", "later", "1", TimeProvider.System.GetUtcNow().AddMilliseconds(500));
            await first.StartAsync("WaitEvent", "held");
            await first.CallAsync<SuspendRequest, SuspendResponse>("SuspendInstance", new SuspendRequest { InstanceId = "held" });
            await first.RaiseAsync("held", "go", "3");
        }

        await using var second = await StartAsync();
        await using var after = second.Worker().Start();
        await second.RaiseAsync("event", "go", "1");
        await second.RaiseAsync("child", "go", "2");
        await second.CallAsync<ResumeRequest, ResumeResponse>("ResumeInstance", new ResumeRequest { InstanceId = "held" });

        (await second.CompletionAsync("timer")).Output.Should().Be("\"fired\"");
        (await second.CompletionAsync("event")).Output.Should().Be("1");
        (await second.CompletionAsync("parent")).Output.Should().Be("2");
        (await second.CompletionAsync("later")).Output.Should().Be("1");
        (await second.CompletionAsync("held")).Output.Should().Be("3");
    }

    [Fact]
    public async Task Crash_BeforeAnyWorkerCame_TheInstanceRunsLater()
    {
        Task starting;
        await using (var first = await StartAsync())
        {
            // The call waits for a worker; the instance is there before.
            starting = first.StartAsync("Echo", "w1", "1");
            await Eventually.TrueAsync(async () => await first.GetAsync("w1") is not null, "the instance is stored");
        }

        await starting.Invoking(start => start).Should().ThrowAsync<Exception>();
        await using var second = await StartAsync();
        await using var worker = second.Worker().Start();

        (await second.CompletionAsync("w1")).Output.Should().Be("1");
    }

    [Fact]
    public async Task Takeover_ByASecondEngine_StopsTheFirst()
    {
        await using var first = await StartAsync();
        await using var worker = first.Worker().Start();
        await first.StartAsync("WaitEvent", "w1");

        await using var second = await StartAsync();
        var late = () => first.RaiseAsync("w1", "go", "1");

        await late.Should().ThrowAsync<Exception>();
        await Eventually.TrueAsync(() => first.Engine.Stopped.IsCancellationRequested, "the first engine stops");
        first.Engine.Fault.Should().Contain("taken over");
        (await second.GetAsync("w1"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Running);
    }

    private Task<WorkflowHost> StartAsync() =>
        WorkflowHost.StartAsync(new PostgresWorkflowStore(_app, database.ConnectionString, TimeProvider.System, NullLogger<PostgresWorkflowStore>.Instance));
}
