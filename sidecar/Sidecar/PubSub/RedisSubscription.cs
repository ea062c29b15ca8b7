using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Sidecar.Redis;

namespace Sidecar.PubSub;

/// <summary>
/// One topic of one consumer group. Invariant: an entry is acknowledged only after <see cref="DeliveryOutcome.Done"/>; everything else stays in
/// the group's pending list and is claimed again once it was idle for the processing timeout. An entry that this process holds (queued or in the
/// handler) is in <c>_held</c>: claiming it again only renews its idle time, it is never delivered twice at once.
/// </summary>
internal sealed partial class RedisSubscription(
    string topic,
    Func<BrokerMessage, CancellationToken, Task<DeliveryOutcome>> handler,
    RedisClient client,
    RedisBrokerOptions options,
    ChannelWriter<RedisDelivery> queue,
    ILogger logger,
    TimeProvider time) : IBrokerSubscription
{
    private static readonly TimeSpan Block = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<string, bool> _held = new(StringComparer.Ordinal);

    // Never disposed, for neither has a timer to give back: whoever drains may still cancel them while another one disposes of this.
    private readonly CancellationTokenSource _intake = new();
    private readonly CancellationTokenSource _deliveries = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _loops = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await CreateGroupAsync(cancellationToken);
        _loops = Task.WhenAll(Task.Run(ReadLoopAsync, CancellationToken.None), options.Redelivers ? Task.Run(ReclaimLoopAsync, CancellationToken.None) : Task.CompletedTask);
    }

    /// <summary>Delivers one entry and settles it; called by the broker's workers.</summary>
    public async Task DeliverAsync(string id, BrokerMessage message)
    {
        try
        {
            if (_intake.IsCancellationRequested)
            {
                await ReleaseAsync(id);
                return;
            }

            switch (await handler(message, _deliveries.Token))
            {
                case DeliveryOutcome.Done:
                    await AcknowledgeAsync(id);
                    break;
                case DeliveryOutcome.Abandoned:
                    await ReleaseAsync(id);
                    break;
                default:
                    LogFailed(topic, id);
                    break;
            }
        }
        catch (RedisException exception)
        {
            // Not settled: the entry stays pending and comes again.
            LogNotSettled(topic, id, exception.Message);
        }
        finally
        {
            Drop(id);
        }
    }

    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        _intake.Cancel();
        await using var abandon = cancellationToken.Register(_deliveries.Cancel);
        await _loops;
        if (!_held.IsEmpty)
        {
            // What is still held then was not acknowledged: it stays pending, and whoever reclaims next takes it.
            await _idle.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask DisposeAsync() => await DrainAsync(new CancellationToken(canceled: true));

    private async Task CreateGroupAsync(CancellationToken cancellationToken)
    {
        try
        {
            await client.ExecuteAsync(RedisCommand.Of("XGROUP", "CREATE", topic, options.ConsumerId, "0", "MKSTREAM"), cancellationToken);
        }
        catch (RedisServerException exception) when (exception.Code == "BUSYGROUP")
        {
            // It is there already.
        }
    }

    private async Task ReadLoopAsync()
    {
        var delay = client.Options.ReconnectDelay;
        while (!_intake.IsCancellationRequested)
        {
            try
            {
                await using var connection = await client.OpenDedicatedAsync(_intake.Token);
                delay = client.Options.ReconnectDelay;
                await ReadAsync(connection);
            }
            catch (OperationCanceledException) when (_intake.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Whatever it is, a reply not understood included: a loop that ended would silence the topic.
                LogReading(topic, exception.Message);
                await Task.Delay(delay, time, _intake.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                delay = delay * 2 < client.Options.MaxReconnectDelay ? delay * 2 : client.Options.MaxReconnectDelay;
            }
        }
    }

    private async Task ReadAsync(RedisConnection connection)
    {
        var command = RedisCommand.Of("XREADGROUP", "GROUP", options.ConsumerId, options.ConsumerId, "COUNT", options.QueueDepth, "BLOCK", (long)Block.TotalMilliseconds, "STREAMS", topic, ">");
        while (true)
        {
            _intake.Token.ThrowIfCancellationRequested();
            try
            {
                var reply = await connection.ExecuteAsync(command, Block + client.Options.CommandTimeout, _intake.Token);
                if (!reply.IsNull)
                {
                    // RESP3: a map of stream to entries; RESP2: a list of pairs.
                    var entries = reply.Kind == RedisReplyKind.Map ? reply.Items[1] : reply.Items[0].Items[1];
                    await EnqueueAsync(entries);
                }
            }
            catch (RedisServerException exception) when (exception.Code == "NOGROUP")
            {
                LogNoGroup(options.ConsumerId, topic);
                await CreateGroupAsync(_intake.Token);
            }
        }
    }

    private async Task ReclaimLoopAsync()
    {
        while (!_intake.IsCancellationRequested)
        {
            try
            {
                await ReclaimAsync();
            }
            catch (OperationCanceledException) when (_intake.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogReclaiming(topic, exception.Message);
            }

            await Task.Delay(options.RedeliverInterval, time, _intake.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReclaimAsync()
    {
        var cursor = "0-0";
        do
        {
            var reply = await client.ExecuteAsync(
                RedisCommand.Of("XAUTOCLAIM", topic, options.ConsumerId, options.ConsumerId, (long)options.ProcessingTimeout.TotalMilliseconds, cursor, "COUNT", options.QueueDepth),
                _intake.Token);
            cursor = reply.Items[0].AsText()!;
            await EnqueueAsync(reply.Items[1]);
        }
        while (cursor != "0-0");
    }

    private async Task EnqueueAsync(RedisReply entries)
    {
        foreach (var entry in entries.Items)
        {
            // An entry that was trimmed while it was pending has no fields (servers before 7); there is nothing left to deliver.
            var id = entry.IsNull ? null : entry.Items[0].AsText()!;
            if (id is null || entry.Items[1].IsNull)
            {
                if (id is not null)
                {
                    await AcknowledgeAsync(id);
                }

                continue;
            }

            if (_held.TryAdd(id, true))
            {
                await EnqueueAsync(id, Parse(entry.Items[1].AsFields()));
            }
        }
    }

    private async Task EnqueueAsync(string id, BrokerMessage message)
    {
        try
        {
            await queue.WriteAsync(new RedisDelivery(this, id, message), _intake.Token);
        }
        catch (OperationCanceledException)
        {
            Drop(id);
            await ReleaseAsync(id);
            throw;
        }
    }

    private BrokerMessage Parse(Dictionary<string, RedisReply> fields)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        if (fields.TryGetValue("metadata", out var text))
        {
            try
            {
                metadata = JsonSerializer.Deserialize<Dictionary<string, string>>(text.Bytes) ?? metadata;
            }
            catch (JsonException exception)
            {
                LogMetadata(topic, exception.Message);
            }
        }

        return new BrokerMessage(topic, fields.TryGetValue("data", out var data) ? data.Bytes : ReadOnlyMemory<byte>.Empty, metadata);
    }

    private void Drop(string id)
    {
        _held.TryRemove(id, out _);
        if (_intake.IsCancellationRequested && _held.IsEmpty)
        {
            _idle.TrySetResult();
        }
    }

    private Task AcknowledgeAsync(string id) => client.ExecuteAsync(RedisCommand.Of("XACK", topic, options.ConsumerId, id), CancellationToken.None);

    // Makes a pending entry look idle for long enough, so that whoever reclaims next takes it at once.
    private async Task ReleaseAsync(string id)
    {
        try
        {
            var idle = (long)options.ProcessingTimeout.TotalMilliseconds;
            await client.ExecuteAsync(RedisCommand.Of("XCLAIM", topic, options.ConsumerId, options.ConsumerId, 0, id, "IDLE", idle, "JUSTID"), CancellationToken.None);
        }
        catch (RedisException exception)
        {
            LogNotSettled(topic, id, exception.Message);
        }
    }

    [LoggerMessage(3201, LogLevel.Warning, "Delivery of {Topic} {Id} failed; it stays pending and is delivered again")]
    private partial void LogFailed(string topic, string id);

    [LoggerMessage(3202, LogLevel.Warning, "Could not settle {Topic} {Id}, it will be delivered again: {Problem}")]
    private partial void LogNotSettled(string topic, string id, string problem);

    [LoggerMessage(3203, LogLevel.Warning, "Reading {Topic} failed, trying again: {Problem}")]
    private partial void LogReading(string topic, string problem);

    [LoggerMessage(3204, LogLevel.Warning, "The consumer group {Group} of {Topic} is gone (data loss or deletion); it is made anew")]
    private partial void LogNoGroup(string group, string topic);

    [LoggerMessage(3205, LogLevel.Warning, "Looking for unacknowledged messages of {Topic} failed, trying again: {Problem}")]
    private partial void LogReclaiming(string topic, string problem);

    [LoggerMessage(3206, LogLevel.Warning, "A message of {Topic} has metadata that is not understood: {Problem}")]
    private partial void LogMetadata(string topic, string problem);
}
