using System.Reflection;
using Npgsql;
using Sidecar.Workflows.Postgres;

namespace Sidecar.Tests.Workflows;

/// <summary>Statements stay prepared with the plan of the first day: planned over empty tables, they must find each row by its key all the same.</summary>
public sealed class PostgresPlanTests(PostgresPlanTests.EmptyTables tables) : IClassFixture<PostgresPlanTests.EmptyTables>
{
    public static TheoryData<string> StatementsForGivenRows() =>
        [.. typeof(PostgresSql).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => ((string)field.GetValue(null)!).Contains("LATERAL", StringComparison.Ordinal))
            .Select(field => field.Name)];

    [Theory]
    [MemberData(nameof(StatementsForGivenRows))]
    public async Task Plan_TablesAreEmpty_FindsTheRowsOfGivenInstancesByTheirKey(string statement)
    {
        var plan = await tables.ExplainAsync(statement);

        plan.Should().NotContain("Seq Scan").And.NotContain("Bitmap").And.NotContain("Filter: (instance_id");
        var lines = plan.Split('\n');
        var keys = lines.Index().Where(line => line.Item.Contains("Scan using", StringComparison.Ordinal)).Select(line => lines[line.Index + 1]);
        keys.Should().NotBeEmpty().And.OnlyContain(key => key.Contains("(instance_id = x.", StringComparison.Ordinal), "the plan is {0}", plan);
    }

    [Fact]
    public async Task Plan_TablesAreEmpty_LooksForTheTimersOfEachStartingInstanceByItsKey()
    {
        var plan = await tables.ExplainAsync(nameof(PostgresSql.Work));

        plan.Should().Contain("(instance_id = i.instance_id)").And.NotContain("Join Filter");
    }

    /// <summary>A database that has just been laid out.</summary>
    public sealed class EmptyTables : IAsyncLifetime
    {
        private PostgresDatabase? _database;
        private NpgsqlConnection? _connection;

        public async Task InitializeAsync()
        {
            _database = await PostgresDatabase.CreateAsync();
            _connection = new NpgsqlConnection(_database.ConnectionString);
            await _connection.OpenAsync();
            await PostgresSchema.ApplyAsync(_connection, default);
            await using var command = new NpgsqlCommand(PostgresSql.Planning, _connection);
            await command.ExecuteNonQueryAsync();
        }

        public async Task DisposeAsync()
        {
            await _connection!.DisposeAsync();
            await _database!.DisposeAsync();
        }

        /// <summary>The plan that a connection of the store keeps for a statement.</summary>
        internal async Task<string> ExplainAsync(string statement)
        {
            var sql = (string)typeof(PostgresSql).GetField(statement)!.GetValue(null)!;
            var parameters = Enumerable.Range(1, 10).Count(i => sql.Contains($"${i}", StringComparison.Ordinal));
            var values = string.Join(", ", Enumerable.Repeat("NULL", parameters));
            await using var command = new NpgsqlCommand($"PREPARE {statement} AS {sql}; EXPLAIN EXECUTE {statement}({values})", _connection!);
            await using var reader = await command.ExecuteReaderAsync();
            var plan = new List<string>();
            while (await reader.ReadAsync())
            {
                plan.Add(reader.GetString(0));
            }

            return string.Join('\n', plan);
        }
    }
}
