using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sidecar.Redis;

namespace Sidecar.Configuration;

/// <summary>
/// The keyspace notifications of a Redis database over a connection of their own. After a loss everything is subscribed again and the owner is told
/// that changes may have been missed.
/// </summary>
internal sealed partial class RedisKeyspace(
    RedisClient client, RedisOptions options, ILogger logger, TimeProvider time, Action<string, bool> changed, Action missed) : IAsyncDisposable
{
    private const string Setting = "notify-keyspace-events";

    // Keyspace channels for generic and string commands, expiry and eviction.
    private const string Flags = "Kg$xe";
    private readonly ILogger _logger = logger;
    private readonly ConcurrentDictionary<string, bool> _channels = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _subscribing = new(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly string _prefix = $"__keyspace@{options.Database}__:";
    private RedisConnection? _connection;
    private Task _supervisor = Task.CompletedTask;

    /// <summary>Connects; the server is told to send notifications, beside those that somebody else asked it for.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await EnableAsync(cancellationToken);
        _connection = await OpenAsync(cancellationToken);
        _supervisor = Task.Run(SuperviseAsync, CancellationToken.None);
    }

    /// <summary>Asks for the notifications of a key, or of all for null; returns when they are on.</summary>
    public async Task SubscribeAsync(string? key, CancellationToken cancellationToken)
    {
        var channel = key is null ? "*" : _prefix + key;

        // One after the other: whoever finds a channel subscribed must not have seen a subscription that then fails.
        await _subscribing.WaitAsync(cancellationToken);
        try
        {
            if (_channels.TryAdd(channel, true))
            {
                await SendAsync(_connection!, channel, cancellationToken);
            }
        }
        catch
        {
            // Not asked for, as far as anybody knows: the next one who wants it asks.
            _channels.TryRemove(channel, out _);
            throw;
        }
        finally
        {
            _subscribing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _supervisor;
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }

        _subscribing.Dispose();
        _stop.Dispose();
    }

    private async Task EnableAsync(CancellationToken cancellationToken)
    {
        try
        {
            var current = (await client.ExecuteAsync(RedisCommand.Of("CONFIG", "GET", Setting), cancellationToken)).AsFields().GetValueOrDefault(Setting)?.AsText() ?? "";
            var wanted = new string([.. current.Replace("A", "g$lshzxetd", StringComparison.Ordinal).Union(Flags)]);
            await client.ExecuteAsync(RedisCommand.Of("CONFIG", "SET", Setting, wanted), cancellationToken);
        }
        catch (RedisServerException exception)
        {
            // A managed server forbids it and has it set by its owner.
            LogNotEnabled(options.Endpoint, Setting, Flags, exception.Message);
        }
    }

    private Task<RedisConnection> OpenAsync(CancellationToken cancellationToken) => RedisConnection.OpenAsync(options, time, cancellationToken, OnPush);

    private Task SendAsync(RedisConnection connection, string channel, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(channel == "*" ? RedisCommand.Of("PSUBSCRIBE", _prefix + "*") : RedisCommand.Of("SUBSCRIBE", channel), options.CommandTimeout, cancellationToken);

    private void OnPush(RedisReply push)
    {
        var ofAll = push.Items[0].AsText() == "pmessage";
        var channel = push.Items[ofAll ? 2 : 1].AsText() ?? "";
        if (channel.StartsWith(_prefix, StringComparison.Ordinal))
        {
            changed(channel[_prefix.Length..], ofAll);
        }
    }

    private async Task SuperviseAsync()
    {
        try
        {
            while (true)
            {
                await _connection!.Closed.WaitAsync(_stop.Token);
                await _connection.DisposeAsync();
                await ReconnectAsync();
                missed();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    private async Task ReconnectAsync()
    {
        for (var delay = options.ReconnectDelay; ; delay = delay * 2 < options.MaxReconnectDelay ? delay * 2 : options.MaxReconnectDelay)
        {
            try
            {
                await EnableAsync(_stop.Token);
                _connection = await OpenAsync(_stop.Token);
                foreach (var channel in _channels.Keys)
                {
                    await SendAsync(_connection, channel, _stop.Token);
                }

                return;
            }
            catch (RedisException exception)
            {
                LogReconnecting(options.Endpoint, exception.Message);
                await Task.Delay(delay, time, _stop.Token);
            }
        }
    }

    [LoggerMessage(3621, LogLevel.Warning, "Redis at {Endpoint} does not let {Setting} be set to {Flags}: {Problem}; without it no change is noticed")]
    private partial void LogNotEnabled(string endpoint, string setting, string flags, string problem);

    [LoggerMessage(3622, LogLevel.Warning, "Configuration changes in redis at {Endpoint} are not noticed until it is reachable: {Problem}")]
    private partial void LogReconnecting(string endpoint, string problem);
}
