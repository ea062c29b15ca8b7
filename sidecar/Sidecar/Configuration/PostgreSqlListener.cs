using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sidecar.Api.Http;

namespace Sidecar.Configuration;

/// <summary>
/// One subscription to a notification channel over a connection of its own. A notification carries the row, so that each is told as it came; after a
/// lost connection the present rows are told, because notifications of the time between are gone.
/// </summary>
internal sealed partial class PostgreSqlListener(
    string connectionString,
    string channel,
    ConfigurationSubscription subscription,
    Func<CancellationToken, Task<IReadOnlyDictionary<string, ConfigurationItem>>> readAll,
    ILogger logger,
    TimeProvider time,
    Action<PostgreSqlListener> ended) : IAsyncDisposable
{
    private const int Capacity = 10_000;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);
    private readonly ILogger _logger = logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<string> _payloads = Channel.CreateBounded<string>(Capacity);
    private NpgsqlConnection? _connection;
    private Task _listening = Task.CompletedTask;
    private Task _telling = Task.CompletedTask;
    private volatile bool _missed;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _connection = await ListenAsync(cancellationToken);
        _listening = Task.Run(SuperviseAsync, CancellationToken.None);
        _telling = Task.Run(TellEachAsync, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        ended(this);
        await _stop.CancelAsync();
        await Task.WhenAll(_listening, _telling);
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }
    }

    private async Task<NpgsqlConnection> ListenAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false;Keepalive=30");
        try
        {
            connection.Notification += (_, notification) =>
            {
                if (!_payloads.Writer.TryWrite(notification.Payload))
                {
                    _missed = true;
                }
            };
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand($"LISTEN {channel}", connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task SuperviseAsync()
    {
        var delay = FirstDelay;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (_connection is null)
                {
                    _connection = await ListenAsync(_stop.Token);
                    _missed = true;
                    _payloads.Writer.TryWrite("");
                    delay = FirstDelay;
                }

                await _connection.WaitAsync(_stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is NpgsqlException or IOException or System.Net.Sockets.SocketException or InvalidOperationException)
            {
                LogLost(channel, exception.Message);
                if (_connection is not null)
                {
                    await _connection.DisposeAsync();
                    _connection = null;
                }

                await Task.Delay(delay, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
            }
        }
    }

    private async Task TellEachAsync()
    {
        try
        {
            while (true)
            {
                await TellAsync(await _payloads.Reader.ReadAsync(_stop.Token));
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Ended.
        }
    }

    // Whatever the handler or the database throws, the subscription goes on, and what was not told is told with all the rest.
    private async Task TellAsync(string payload)
    {
        try
        {
            if (payload.Length > 0 && Read(payload) is { } items)
            {
                await subscription.Handler(items, _stop.Token);
            }

            if (_missed)
            {
                _missed = false;
                await TellAllAsync();
            }
        }
        catch (Exception exception) when (!_stop.IsCancellationRequested)
        {
            LogNotTold(channel, exception.Message);
            _missed = true;
            await Task.Delay(FirstDelay, time, _stop.Token);

            // With notifications waiting, the next of them brings the rest along.
            if (_payloads.Reader.Count == 0)
            {
                _payloads.Writer.TryWrite("");
            }
        }
    }

    private async Task TellAllAsync()
    {
        foreach (var (key, item) in await readAll(_stop.Token))
        {
            await subscription.Handler(new Dictionary<string, ConfigurationItem>(StringComparer.Ordinal) { [key] = item }, _stop.Token);
        }
    }

    private Dictionary<string, ConfigurationItem>? Read(string payload)
    {
        using var document = GoJson.Decode(Encoding.UTF8.GetBytes(payload), out _);
        if (document is not { RootElement: { ValueKind: JsonValueKind.Object } root } || GoJson.Member(root, "data") is not { ValueKind: JsonValueKind.Object } row)
        {
            LogNotUnderstood(channel);
            return null;
        }

        var key = Text(row, "key");
        if (subscription.Keys.Count > 0 && !subscription.Keys.Contains(key, StringComparer.Ordinal))
        {
            return null;
        }

        var metadata = GoJson.Member(row, "metadata") is { ValueKind: JsonValueKind.Object } given ? PostgreSqlConfigurationStore.ReadMetadata(given.GetRawText()) : null;
        return new Dictionary<string, ConfigurationItem>(StringComparer.Ordinal) { [key] = ConfigurationItem.Of(Text(row, "value"), Text(row, "version"), metadata) };
    }

    private static string Text(JsonElement row, string name) => GoJson.Member(row, name) switch
    {
        null or { ValueKind: JsonValueKind.Null } => "",
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        var other => other.Value.GetRawText(),
    };

    [LoggerMessage(3633, LogLevel.Warning, "A change of channel {Channel} was not told and is told again: {Problem}")]
    private partial void LogNotTold(string channel, string problem);

    [LoggerMessage(3631, LogLevel.Warning, "Configuration changes of channel {Channel} are not noticed until PostgreSQL is reachable: {Problem}")]
    private partial void LogLost(string channel, string problem);

    [LoggerMessage(3632, LogLevel.Warning, "A notification of channel {Channel} is not understood; it needs the row under 'data'")]
    private partial void LogNotUnderstood(string channel);
}
