using Npgsql;
using Sidecar.Components;
using Sidecar.State;
using Sidecar.State.PostgreSql;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.State;

public sealed class PostgreSqlStateStoreTests(PostgreSqlFixture fixture) : StateStoreContract, IClassFixture<PostgreSqlFixture>
{
    [Fact]
    public async Task Set_LayoutInTheDatabase_IsDaprs()
    {
        await SetAsync("k", "{\"a\":1}");

        (await ScalarAsync($"SELECT convert_from(value, 'UTF8') FROM state WHERE key = '{Key("k")}'")).Should().Be("{\"a\":1}");
        (await ScalarAsync("SELECT value FROM dapr_metadata WHERE key = 'migrations-state-v2-'")).Should().Be("2");
        (await ScalarAsync("SELECT string_agg(column_name, ',' ORDER BY ordinal_position) FROM information_schema.columns WHERE table_name = 'state'"))
            .Should().Be("key,value,etag,created_at,updated_at,expires_at,row_id");
    }

    [Fact]
    public async Task Set_ETagThatIsNoUuid_IsAMismatch()
    {
        (await SetAsync("k", "1", "abc")).Should().Be(StateFailure.Mismatch("invalid UUID length: 3"));
    }

    [Fact]
    public async Task Set_FirstWriteOverExpiredRow_Replaces()
    {
        await SetAsync("k", "1", ttl: "1");
        await Eventually.TrueAsync(async () => await GetAsync("k") is null, "the value expires");

        (await SetAsync("k", "2", concurrency: "first-write")).Should().BeNull();
    }

    [Fact]
    public async Task Set_WithTtl_TellsTheTimeOfExpiry()
    {
        await SetAsync("k", "1", ttl: "100");

        (await GetAsync("k"))!.Expires.Should().BeCloseTo(TimeProvider.System.GetUtcNow().AddSeconds(100), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task StartAsync_ManySidecarsAtOnce_AllSucceed()
    {
        var stores = Enumerable.Range(0, 5).Select(_ => Create("v2", fixture.Database.KeyValueConnectionString, ("tablePrefix", "race_"))).ToList();

        await Task.WhenAll(stores.Select(store => store.StartAsync(CancellationToken.None)));

        foreach (var store in stores)
        {
            (await store.ApplyAsync(Set(Guid.NewGuid().ToString(), "1"), CancellationToken.None)).Should().BeNull();
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task Cleanup_ExpiredRows_AreRemovedByOneOfTwoSidecars()
    {
        await using var source = NpgsqlDataSource.Create(fixture.Database.ConnectionString);
        var spec = Spec("state.postgresql", "v2", ("connectionString", fixture.Database.KeyValueConnectionString), ("tablePrefix", "gc_"));
        await using var store = new PostgreSqlStateStore(spec, TestContext.Component());
        await store.StartAsync(CancellationToken.None);
        await store.ApplyAsync(Set("gone", "1", ttl: "1"), CancellationToken.None);
        await store.ApplyAsync(Set("kept", "1", ttl: "1000"), CancellationToken.None);
        await Eventually.TrueAsync(async () => await store.GetAsync(Key("gone"), CancellationToken.None) is null, "the value expires");
        var layout = PostgreSqlLayout.From(spec);
        await using var first = new PostgreSqlCleanup(source, layout, TimeSpan.FromHours(1), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, TimeProvider.System);

        (await first.RunAsync(CancellationToken.None)).Should().BeTrue();
        (await first.RunAsync(CancellationToken.None)).Should().BeFalse();

        (await ScalarAsync("SELECT count(*)::text FROM gc_state")).Should().Be("1");
    }

    [Fact]
    public async Task StartAsync_NoSuchServer_NamesFileAndRemedy()
    {
        await using var store = Create("v2", $"host=127.0.0.1 port={FreePort.Next()} user=x dbname=x connect_timeout=2");

        var act = () => store.StartAsync(CancellationToken.None);

        await act.Should().ThrowAsync<ComponentException>().WithMessage("store.yaml: component 'store' (state.postgresql): cannot prepare the database:*");
    }

    [Fact]
    public void Layout_TablePrefixThatIsNoName_IsRefused()
    {
        var act = () => PostgreSqlLayout.From(Spec("state.postgresql", "v2", ("tablePrefix", "x; DROP TABLE y --")));

        act.Should().Throw<ComponentException>().WithMessage("*'tablePrefix'*");
    }

    private protected override Task<IStateStore> CreateAsync() => Task.FromResult<IStateStore>(Create("v2", fixture.Database.KeyValueConnectionString));

    private static PostgreSqlStateStore Create(string version, string connectionString, params (string, string)[] more) =>
        new(Spec("state.postgresql", version, [("connectionString", connectionString), .. more]), TestContext.Component());

    private async Task<string?> ScalarAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(fixture.Database.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync() as string;
    }
}
