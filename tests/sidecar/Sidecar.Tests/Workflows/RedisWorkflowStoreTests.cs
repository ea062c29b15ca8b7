using Dapr.DurableTask.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Components;
using Sidecar.Redis;
using Sidecar.Tests.Redis;
using Sidecar.Workflows.Redis;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows;

/// <summary>One server for all; each test has app ids of its own.</summary>
public sealed class RedisWorkflowStoreTests : WorkflowStoreContract
{
    private readonly string _prefix = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Commit_ConnectionsAreCut_AreRetriedUntilDurable()
    {
        await using var server = await RedisServer.StartAsync();
        await using var store = new RedisWorkflowStore("app", server.Options, TimeProvider.System, NullLogger<RedisWorkflowStore>.Instance);
        await store.OpenAsync(default);
        await using var other = new RedisClient(server.Options, NullLogger.Instance, TimeProvider.System);
        await other.ConnectAsync(default);
        var commits = new List<Task>();
        for (var i = 0; i < 200; i++)
        {
            var commit = new StoreCommit();
            commit.Created.Add(Head("a", 1));
            commit.History.Add(new("a", 1, i, [1]));
            commits.Add(store.CommitAsync(commit));
            if (i % 40 == 20)
            {
                await other.ExecuteAsync(RedisCommand.Of("CLIENT", "KILL", "TYPE", "normal"), default);
            }
        }

        await Task.WhenAll(commits);

        (await store.ReadHistoryAsync("a", default)).Should().HaveCount(200);
    }

    [Fact]
    public async Task Commit_RepeatedAfterALaterGeneration_BringsNothingBack()
    {
        await using var store = Create(_prefix + "repeat");
        await store.OpenAsync(default);
        var first = new StoreCommit();
        first.Created.Add(Head("a", 1));
        first.History.Add(new("a", 1, 0, [1]));
        first.Tasks.Add(new("a", 1, 0, [1]));
        first.Timers.Add(new("a", 1, 1, DateTimeOffset.UnixEpoch));
        var second = new StoreCommit();
        second.Created.Add(Head("a", 2) with { Status = OrchestrationStatus.Running });

        await store.CommitAsync(first);
        await store.CommitAsync(second);
        await store.CommitAsync(first);

        var stored = (await store.LoadAsync(["a"], default))[0];
        stored.Record!.Generation.Should().Be(2);
        stored.History.Should().BeEmpty();
        stored.Tasks.Should().BeEmpty();
        (await store.NextTimersAsync(10, default)).Should().BeEmpty();
        (await store.FindWorkAsync(null, 10, default)).Should().BeEmpty();
    }

    internal static RedisWorkflowStore Create(string appId) => new(appId, Options, TimeProvider.System, NullLogger<RedisWorkflowStore>.Instance);

    private static RedisOptions Options
    {
        get
        {
            var metadata = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["redisHost"] = TestServers.RedisHost, ["redisPassword"] = TestServers.RedisPassword };
            return RedisOptions.From(new ComponentSpec("store", "state.redis", "v1", metadata, "store.yaml"));
        }
    }

    private protected override Task<IWorkflowStore> CreateAsync(string appId) => Task.FromResult<IWorkflowStore>(Create(_prefix + appId));
}
