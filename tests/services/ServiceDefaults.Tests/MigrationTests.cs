using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using ServiceTesting;

namespace ServiceDefaults.Tests;

public sealed class MigrationTests : IAsyncLifetime
{
    private ServiceDatabase _database = null!;

    public async Task InitializeAsync() => _database = await ServiceDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Run_ByManyInstancesAtOnce_AppliesEachMigrationOnce()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RunAsync()));

        (await _database.QueryAsync<string>("SELECT source || ':' || version FROM schema_history ORDER BY 1")).Should().Equal("ServiceDefaults.Tests:1", "ServiceDefaults:1");
    }

    [Fact]
    public async Task Run_OverAChangedMigration_StopsAndNamesIt()
    {
        await RunAsync();
        await _database.ExecuteAsync("UPDATE schema_history SET checksum = 'other' WHERE source = 'ServiceDefaults.Tests'");

        var again = RunAsync;

        (await again.Should().ThrowAsync<MigrationException>()).Which.Message.Should().Contain("0001_things").And.Contain("ServiceDefaults.Tests");
    }

    [Fact]
    public async Task Tables_OfEveryService_CarryTheTenant()
    {
        await RunAsync();

        (await _database.QueryAsync<string>(
            """
            SELECT t.table_name FROM information_schema.tables t
            WHERE t.table_schema = 'public' AND NOT EXISTS (
              SELECT 1 FROM information_schema.columns c WHERE c.table_schema = 'public' AND c.table_name = t.table_name AND c.column_name = 'tenant_id')
            """)).Should().BeEmpty();
    }

    [Fact]
    public async Task Application_OnTheSchemaHistory_HasNoRights()
    {
        await RunAsync();
        await using var source = NpgsqlDataSource.Create(_database.Default);
        await using var command = source.CreateCommand("DELETE FROM schema_history");

        var delete = () => command.ExecuteNonQueryAsync();

        (await delete.Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be(PostgresErrorCodes.InsufficientPrivilege);
    }

    private async Task RunAsync()
    {
        await using var owner = NpgsqlDataSource.Create(_database.Owner);
        var strings = new ConnectionStrings(_database.Default, _database.Owner, _database.System);
        await new MigrationRunner(owner, MigrationRoles.From(strings), TimeProvider.System, NullLogger<MigrationRunner>.Instance).RunAsync(typeof(Program).Assembly, CancellationToken.None);
    }
}
