using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Sidecar.Components;

namespace Sidecar.PubSub.RabbitMq;

/// <summary>
/// <c>pubsub.rabbitmq</c>: an exchange per topic, a queue per consumer id and topic, as daprd has them. A publish returns when the server has
/// confirmed it. A lost connection is opened again by the client, which also brings back queues and consumers.
/// </summary>
internal sealed partial class RabbitMqBroker(ComponentSpec spec, ComponentContext context) : IPubSubBroker
{
    private static readonly TimeSpan PublishTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);
    private readonly RabbitMqOptions _options = RabbitMqOptions.From(spec, context.AppId);
    private readonly ILogger _logger = context.Loggers.CreateLogger("Sidecar.PubSub.RabbitMq");
    private readonly HashSet<string> _declared = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _declaring = new(1);
    private IConnection? _connection;
    private IChannel? _channel;

    public IReadOnlyList<string> Capabilities { get; } = ["MESSAGE_TTL"];

    public bool ExpiresMessages => true;

    public bool DeliversOneByOne => _options.Single;

    public string? Problem => _connection switch
    {
        null => "not connected yet",
        { IsOpen: false } lost => $"lost the connection to rabbitmq: {lost.CloseReason?.ReplyText ?? "closed"}",
        _ => null,
    };

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory
        {
            Uri = _options.Server,
            AutomaticRecoveryEnabled = true,
            TopologyRecoveryEnabled = true,
            NetworkRecoveryInterval = _options.ReconnectWait,
            ClientProvidedName = spec["clientName"] ?? context.AppId,
        };
        try
        {
            _connection = await factory.CreateConnectionAsync(cancellationToken);
            _channel = await CreatePublisherAsync(_connection, cancellationToken);
        }
        catch (Exception exception) when (exception is BrokerUnreachableException or OperationInterruptedException or IOException)
        {
            throw new ComponentException($"{spec.File}: component '{spec.Name}' ({spec.Type}): rabbitmq: {(exception.InnerException ?? exception).Message}; start the server or correct connectionString", exception);
        }

        _connection.ConnectionShutdownAsync += (_, reason) =>
        {
            LogLost(spec.Name, reason.ReplyText);
            return Task.CompletedTask;
        };
        _connection.RecoverySucceededAsync += (_, _) =>
        {
            LogRecovered(spec.Name);
            return Task.CompletedTask;
        };
    }

    public async Task PublishAsync(BrokerMessage message, CancellationToken cancellationToken)
    {
        var properties = Properties(message);
        var started = context.Time.GetTimestamp();
        while (true)
        {
            try
            {
                var channel = await PublisherAsync(message.Topic, cancellationToken);
                await channel.BasicPublishAsync(message.Topic, message.Metadata.GetValueOrDefault("routingKey", ""), mandatory: false, properties, message.Data, cancellationToken);
                return;
            }
            catch (Exception exception) when (exception is OperationInterruptedException or AlreadyClosedException or IOException && context.Time.GetElapsedTime(started) < PublishTimeout)
            {
                // Not confirmed: sent again once the connection or the exchange is back; twice is better than never.
                await Task.Delay(RetryPause, context.Time, cancellationToken);
            }
        }
    }

    public async Task<IBrokerSubscription> SubscribeAsync(string topic, Func<BrokerMessage, CancellationToken, Task<DeliveryOutcome>> handler, CancellationToken cancellationToken)
    {
        var concurrency = _options.Single ? (ushort)1 : (ushort)Math.Min(10, (int)_options.Prefetch);
        var channel = await _connection!.CreateChannelAsync(new CreateChannelOptions(false, false, consumerDispatchConcurrency: concurrency), cancellationToken);
        var subscription = new RabbitMqSubscription(topic, channel, _options, handler, _logger, context.Time);
        await subscription.StartAsync(cancellationToken);
        return subscription;
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }

        _declaring.Dispose();
    }

    private BasicProperties Properties(BrokerMessage message)
    {
        var seconds = message.Metadata.GetValueOrDefault("ttlInSeconds") ?? spec["ttlInSeconds"];
        return new BasicProperties
        {
            ContentType = "text/plain",
            Persistent = _options.Persistent,
            Expiration = long.TryParse(seconds, CultureInfo.InvariantCulture, out var ttl) && ttl > 0 ? (ttl * 1000).ToString(CultureInfo.InvariantCulture) : null,
            Headers = message.Metadata.ToDictionary(pair => pair.Key, pair => (object?)Encoding.UTF8.GetBytes(pair.Value), StringComparer.Ordinal),
        };
    }

    private static Task<IChannel> CreatePublisherAsync(IConnection connection, CancellationToken cancellationToken) =>
        connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellationToken);

    /// <summary>The channel to publish on, with the topic's exchange declared.</summary>
    private async Task<IChannel> PublisherAsync(string topic, CancellationToken cancellationToken)
    {
        await _declaring.WaitAsync(cancellationToken);
        try
        {
            if (_connection!.IsOpen && IsClosedAlone(_channel!))
            {
                // An exchange goes with its last queue, and the server closes the channel that publishes to it: what was declared may be gone.
                _declared.Clear();
                await _channel!.AbortAsync(cancellationToken);
                _channel = await CreatePublisherAsync(_connection, cancellationToken);
            }

            if (!_declared.Contains(topic))
            {
                await _channel!.ExchangeDeclareAsync(topic, ExchangeType.Fanout, _options.Durable, _options.DeleteWhenUnused, cancellationToken: cancellationToken);
                _declared.Add(topic);
            }

            return _channel!;
        }
        finally
        {
            _declaring.Release();
        }
    }

    // The channels of a lost connection are the client's to open again.
    private static bool IsClosedAlone(IChannel channel) => channel.CloseReason is
    {
        Initiator: ShutdownInitiator.Peer,
        ReplyCode: Constants.ContentTooLarge or Constants.NoConsumers or Constants.AccessRefused or Constants.NotFound or Constants.ResourceLocked or Constants.PreconditionFailed,
    };

    [LoggerMessage(3801, LogLevel.Warning, "Lost the connection to rabbitmq of {Component}: {Cause}; reconnecting")]
    private partial void LogLost(string component, string cause);

    [LoggerMessage(3802, LogLevel.Information, "Connected to rabbitmq of {Component} again")]
    private partial void LogRecovered(string component);
}
