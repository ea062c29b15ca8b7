using System.Net.Sockets;
using Npgsql;

namespace Sidecar.State.PostgreSql;

/// <summary>
/// Watches whether the server of a component answers, so that readiness names a lost one before anybody calls. Connections are the pool's, which drops
/// broken ones when the watch meets them. A full pool is no lost server.
/// </summary>
internal sealed class PostgreSqlWatch(NpgsqlDataSource source, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _stop = new();
    private volatile string? _problem;
    private Task _loop = Task.CompletedTask;

    /// <summary>Why the server cannot be used at present; null while it can.</summary>
    public string? Problem => _problem;

    /// <summary>Begins to watch.</summary>
    public void Start() => _loop = Task.Run(LoopAsync, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task LoopAsync()
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                await AskAsync();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    private async Task AskAsync()
    {
        try
        {
            await using var command = source.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(_stop.Token);
            _problem = null;
        }
        catch (NpgsqlException exception) when (IsLoss(exception))
        {
            _problem = $"no connection to PostgreSQL: {exception.Message}";
        }
        catch (NpgsqlException)
        {
            // It answered, if with an error, or the pool had nothing to ask with: neither says that it is lost.
        }
    }

    private static bool IsLoss(NpgsqlException exception) =>
        exception is PostgresException refused ? refused.SqlState.StartsWith("57P", StringComparison.Ordinal) : exception.InnerException is SocketException or IOException;
}
