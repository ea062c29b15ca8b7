using Microsoft.Extensions.Logging;
using Npgsql;

namespace Sidecar.State.PostgreSql;

/// <summary>Removes expired rows from time to time; of all sidecars on one table only one does it per interval.</summary>
internal sealed partial class PostgreSqlCleanup(NpgsqlDataSource source, PostgreSqlLayout layout, TimeSpan interval, ILogger logger, TimeProvider time) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    /// <summary>Starts the loop; an interval of zero or less means no clean-up, as in Dapr.</summary>
    public void Start()
    {
        if (interval > TimeSpan.Zero)
        {
            _loop = Task.Run(LoopAsync, CancellationToken.None);
        }
    }

    /// <summary>Removes expired rows unless somebody did within the interval; false when it was not due.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await using var claim = source.CreateCommand($"""
            INSERT INTO {layout.MetadataTable} AS m (key, value) VALUES ($1, now()::text)
            ON CONFLICT (key) DO UPDATE SET value = now()::text
              WHERE (EXTRACT(epoch FROM now() - m.value::timestamptz) * 1000)::bigint > $2
            """);
        claim.Parameters.Add(new() { Value = layout.CleanupKey });

        // Half a second less, so that two sidecars with the same interval do not skip every other turn.
        claim.Parameters.Add(new() { Value = (long)interval.TotalMilliseconds - 500 });
        if (await claim.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            return false;
        }

        await using var delete = source.CreateCommand($"DELETE FROM {layout.Table} WHERE {layout.ExpiryColumn} IS NOT NULL AND {layout.ExpiryColumn} < now()");
        LogRemoved(await delete.ExecuteNonQueryAsync(cancellationToken), layout.Table);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task LoopAsync()
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                try
                {
                    await RunAsync(_stop.Token);
                }
                catch (NpgsqlException exception)
                {
                    LogFailed(exception, layout.Table);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    [LoggerMessage(3101, LogLevel.Debug, "Removed {Count} expired rows of {Table}")]
    private partial void LogRemoved(int count, string table);

    [LoggerMessage(3102, LogLevel.Warning, "Could not remove the expired rows of {Table}; the next turn tries again")]
    private partial void LogFailed(Exception exception, string table);
}
