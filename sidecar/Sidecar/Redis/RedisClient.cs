using Microsoft.Extensions.Logging;
using Sidecar.Components;

namespace Sidecar.Redis;

/// <summary>
/// A Redis client: one multiplexed connection for ordinary commands, kept alive by a background loop that reconnects with
/// back-off. A command that was never sent waits for the next connection within its deadline, and so does one that may have been executed
/// when repeating it comes to the same; any other is never sent twice, its caller decides.
/// </summary>
internal sealed partial class RedisClient(RedisOptions options, ILogger logger, TimeProvider time) : IAsyncDisposable
{
    // As many as Dapr's client makes.
    private const int MaxRepeats = 3;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource<RedisConnection> _current = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RedisConnection? _live;
    private Task _supervisor = Task.CompletedTask;
    private volatile string? _problem = "not connected yet";

    public RedisOptions Options => options;

    /// <summary>Why the server cannot be used at present; null while it can.</summary>
    public string? Problem => _problem;

    /// <summary>Connects for the first time; throws when that fails. Later losses are repaired in the background.</summary>
    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        var first = await RedisConnection.OpenAsync(options, time, cancellationToken);
        Publish(first);
        _supervisor = Task.Run(() => SuperviseAsync(first), CancellationToken.None);
    }

    /// <summary>Connects as a component starts; throws <see cref="ComponentException"/> with the problem behind <paramref name="prefix"/> when that fails.</summary>
    public async Task StartAsync(ComponentSpec spec, string prefix, CancellationToken cancellationToken)
    {
        try
        {
            await ConnectAsync(cancellationToken);
        }
        catch (RedisException exception)
        {
            throw new ComponentException($"{spec.File}: component '{spec.Name}' ({spec.Type}): {prefix}{exception.Message}; start the server or correct redisHost and redisPassword", exception);
        }
    }

    /// <summary>Runs a command within the default deadline.</summary>
    public Task<RedisReply> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken) => ExecuteAsync(command, options.CommandTimeout, cancellationToken);

    /// <summary>Runs a command within a deadline, which includes waiting for a connection.</summary>
    public async Task<RedisReply> ExecuteAsync(RedisCommand command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var started = time.GetTimestamp();
        for (var repeats = 0; ;)
        {
            var left = timeout - time.GetElapsedTime(started);
            var connection = await ConnectionAsync(left, cancellationToken);
            try
            {
                return await connection.ExecuteAsync(command, left, cancellationToken);
            }
            catch (RedisConnectionException exception) when ((!exception.Sent || (command.IsRepeatable && repeats < MaxRepeats)) && time.GetElapsedTime(started) < timeout)
            {
                repeats += exception.Sent ? 1 : 0;
                Retire(connection);
            }
        }
    }

    /// <summary>Opens a connection for blocking reads; the caller disposes it and opens another when it breaks.</summary>
    public Task<RedisConnection> OpenDedicatedAsync(CancellationToken cancellationToken) => RedisConnection.OpenAsync(options, time, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _supervisor;
        RedisConnection? live;
        lock (_gate)
        {
            live = _live;
            _live = null;
            if (_current.Task.IsCompleted)
            {
                _current = new TaskCompletionSource<RedisConnection>(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            _current.TrySetException(new RedisConnectionException("the redis client is closed", sent: false));
            _ = _current.Task.Exception;
        }

        if (live is not null)
        {
            await live.DisposeAsync();
        }

        _stop.Dispose();
    }

    private async Task<RedisConnection> ConnectionAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        Task<RedisConnection> current;
        lock (_gate)
        {
            current = _current.Task;
        }

        if (current.IsCompletedSuccessfully)
        {
            return await current;
        }

        try
        {
            return await current.WaitAsync(timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new RedisConnectionException($"redis at {options.Endpoint} is not reachable: {_problem}", sent: false);
        }
    }

    private async Task SuperviseAsync(RedisConnection connection)
    {
        try
        {
            while (true)
            {
                var cause = await connection.Closed.WaitAsync(_stop.Token);
                _problem = cause.Message;
                Retire(connection);
                await connection.DisposeAsync();
                LogLost(options.Endpoint, cause.Message);
                connection = await ReconnectAsync();
                Publish(connection);
                LogReconnected(options.Endpoint);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    private async Task<RedisConnection> ReconnectAsync()
    {
        var delay = options.ReconnectDelay;
        while (true)
        {
            try
            {
                return await RedisConnection.OpenAsync(options, time, _stop.Token);
            }
            catch (RedisException exception)
            {
                _problem = exception.Message;
            }

            await Task.Delay(delay, time, _stop.Token);
            delay = delay * 2 < options.MaxReconnectDelay ? delay * 2 : options.MaxReconnectDelay;
        }
    }

    private void Publish(RedisConnection connection)
    {
        lock (_gate)
        {
            if (_current.Task.IsCompleted)
            {
                _current = new TaskCompletionSource<RedisConnection>(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            _live = connection;
            _current.TrySetResult(connection);
        }

        _problem = null;
    }

    private void Retire(RedisConnection connection)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_live, connection))
            {
                _live = null;
                _current = new TaskCompletionSource<RedisConnection>(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    [LoggerMessage(3011, LogLevel.Warning, "Lost the connection to redis at {Endpoint}: {Cause}; reconnecting")]
    private partial void LogLost(string endpoint, string cause);

    [LoggerMessage(3012, LogLevel.Information, "Connected to redis at {Endpoint} again")]
    private partial void LogReconnected(string endpoint);
}
