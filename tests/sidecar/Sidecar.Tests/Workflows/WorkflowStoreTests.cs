using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Sidecar.Components;
using Sidecar.Workflows.Postgres;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows;

public sealed class InMemoryWorkflowStoreTests : WorkflowStoreContract
{
    private readonly RunScope _run = new();

    private protected override Task<IWorkflowStore> CreateAsync(string appId) =>
        Task.FromResult<IWorkflowStore>(new InMemoryWorkflowStore(appId, _run.GetOrAdd(appId, () => new InMemoryWorkflowData())));
}

/// <summary>One database for the class; each test has app ids of its own.</summary>
public sealed class PostgresWorkflowStoreTests(PostgresWorkflowStoreTests.Database database) : WorkflowStoreContract, IClassFixture<PostgresWorkflowStoreTests.Database>
{
    private readonly string _prefix = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Open_NewerLayout_IsRefused()
    {
        await using var fresh = await PostgresDatabase.CreateAsync();
        await ExecuteAsync(fresh.ConnectionString, "CREATE TABLE dapr_workflow_schema (version int PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now()); INSERT INTO dapr_workflow_schema (version) VALUES (99)");
        await using var store = Create("app", fresh.ConnectionString);

        var open = () => store.OpenAsync(default);

        (await open.Should().ThrowAsync<ComponentException>()).WithMessage("*layout 99*");
    }

    [Fact]
    public async Task Open_SeveralAtOnce_LaysOutOnce()
    {
        await using var fresh = await PostgresDatabase.CreateAsync();
        var stores = Enumerable.Range(0, 4).Select(i => Create($"app{i}", fresh.ConnectionString)).ToList();

        await Task.WhenAll(stores.Select(store => store.OpenAsync(default)));

        foreach (var store in stores)
        {
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task Commit_ConnectionsAreCut_AreRetriedUntilDurable()
    {
        await using var fresh = await PostgresDatabase.CreateAsync();
        await using var store = Create("app", fresh.ConnectionString);
        await store.OpenAsync(default);
        var commits = new List<Task>();
        for (var i = 0; i < 200; i++)
        {
            var commit = new StoreCommit();
            commit.History.Add(new("a", 1, i, [1]));
            commit.Created.Add(Head("a", 1));
            commits.Add(store.CommitAsync(commit));
            if (i % 40 == 20)
            {
                await ExecuteAsync(TestServers.PostgresConnectionString(), $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{fresh.Name}'");
            }
        }

        await Task.WhenAll(commits);

        (await ReadAgainAsync(store)).Should().HaveCount(200);
    }

    [Fact]
    public async Task Commit_RefusedByTheDatabase_FailsAlone()
    {
        await using var store = await CreateAsync("refused");
        await store.OpenAsync(default);
        var tasks = Enumerable.Range(0, 20).Select(i =>
        {
            var commit = new StoreCommit();
            commit.Created.Add(Head(i == 7 ? "a\0b" : $"i{i}", 1));
            return store.CommitAsync(commit);
        }).ToList();

        await Task.WhenAll(tasks).ContinueWith(_ => { }, TaskScheduler.Default);

        tasks[7].IsFaulted.Should().BeTrue("PostgreSQL knows no NUL in text");
        (await store.ListAsync(null, 100, default)).Should().HaveCount(19);
    }

    [Fact]
    public async Task Commit_BehindARefusedOneOfItsChain_FailsToo()
    {
        await using var store = await CreateAsync("chain");
        await store.OpenAsync(default);
        var chain = new CommitChain();
        var tasks = ((string[])["first", "re\0fused", "behind"]).Select(id =>
        {
            var commit = new StoreCommit { Chain = chain };
            commit.Created.Add(Head(id, 1));
            return store.CommitAsync(commit);
        }).ToList();

        await Task.WhenAll(tasks).ContinueWith(_ => { }, TaskScheduler.Default);

        tasks.Select(task => task.IsFaulted).Should().Equal(false, true, true);
        (await store.ListAsync(null, 100, default)).Should().Equal("first");
    }

    private protected override Task<IWorkflowStore> CreateAsync(string appId) =>
        Task.FromResult<IWorkflowStore>(Create(_prefix + appId, database.ConnectionString));

    private static PostgresWorkflowStore Create(string appId, string connectionString) =>
        new(appId, connectionString, TimeProvider.System, NullLogger<PostgresWorkflowStore>.Instance);

    // A pooled connection that was cut is noticed at its next use.
    private static async Task<IReadOnlyList<byte[]>> ReadAgainAsync(PostgresWorkflowStore store)
    {
        try
        {
            return await store.ReadHistoryAsync("a", default);
        }
        catch (NpgsqlException)
        {
            return await ReadAgainAsync(store);
        }
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public sealed class Database : IAsyncLifetime
    {
        private PostgresDatabase? _database;

        public string ConnectionString => _database!.ConnectionString;

        public async Task InitializeAsync() => _database = await PostgresDatabase.CreateAsync();

        public async Task DisposeAsync()
        {
            if (_database is not null)
            {
                await _database.DisposeAsync();
            }
        }
    }
}
