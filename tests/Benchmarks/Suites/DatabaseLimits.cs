using System.Diagnostics;
using Npgsql;

namespace Benchmarks.Suites;

/// <summary>What the database of this run can do at most: commits one by one, and rows in batches. Workflow figures are to be read beside these.</summary>
internal static class DatabaseLimits
{
    private const int BatchRows = 1000;

    /// <summary>Commits per second one by one; they and the rows in batches are printed.</summary>
    public static async Task<double> MeasureAsync(string connectionString, BenchmarkOptions options, Report report)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var connection = await source.OpenConnectionAsync();
        await ExecuteAsync(connection, "CREATE TABLE limits (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, data bytea NOT NULL)");
        var commits = await RateAsync(connection, "INSERT INTO limits (data) VALUES ('\\x00')", options);
        report.Figure("database: commits one by one", commits, "/s");
        var batched = await RateAsync(connection, $"INSERT INTO limits (data) SELECT '\\x00' FROM generate_series(1, {BatchRows})", options);
        report.Figure($"database: rows in batches of {BatchRows}", batched * BatchRows, "/s");
        await ExecuteAsync(connection, "DROP TABLE limits");
        return commits;
    }

    private static async Task<double> RateAsync(NpgsqlConnection connection, string sql, BenchmarkOptions options)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.PrepareAsync();
        var rates = new List<double>();
        for (var run = 0; run < options.Runs; run++)
        {
            var started = Stopwatch.GetTimestamp();
            var count = 0;
            for (; Stopwatch.GetElapsedTime(started) < options.Duration / 2; count++)
            {
                await command.ExecuteNonQueryAsync();
            }

            rates.Add(count / Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        return Report.Median(rates);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
