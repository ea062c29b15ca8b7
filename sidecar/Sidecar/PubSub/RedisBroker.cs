using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Sidecar.Components;
using Sidecar.Redis;

namespace Sidecar.PubSub;

/// <summary><c>pubsub.redis</c>: a stream per topic with the fields <c>data</c> and <c>metadata</c>, a consumer group per consumer id, as daprd has them.</summary>
internal sealed class RedisBroker : IPubSubBroker
{
    private readonly ComponentSpec _spec;
    private readonly ComponentContext _context;
    private readonly RedisBrokerOptions _options;
    private readonly RedisClient _client;
    private readonly ILogger _logger;
    private readonly Channel<RedisDelivery> _queue;
    private readonly CancellationTokenSource _stop = new();
    private Task _workers = Task.CompletedTask;

    public RedisBroker(ComponentSpec spec, ComponentContext context)
    {
        _spec = spec;
        _context = context;
        _options = RedisBrokerOptions.From(spec, context.AppId);
        _logger = context.Loggers.CreateLogger("Sidecar.PubSub.Redis");
        _client = new RedisClient(RedisOptions.From(spec), _logger, context.Time);
        _queue = Channel.CreateBounded<RedisDelivery>(_options.QueueDepth);
    }

    public IReadOnlyList<string> Capabilities { get; } = [];

    public bool DeliversOneByOne => _options.Concurrency == 1;

    public string? Problem => _client.Problem;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _client.StartAsync(_spec, "redis streams: ", cancellationToken);
        _workers = Task.WhenAll(Enumerable.Range(0, _options.Concurrency).Select(_ => Task.Run(WorkAsync, CancellationToken.None)));
    }

    public async Task PublishAsync(BrokerMessage message, CancellationToken cancellationToken)
    {
        List<RedisArgument> arguments = [message.Topic];
        if (_options.MaxLenApprox > 0)
        {
            arguments.AddRange(["MAXLEN", "~", _options.MaxLenApprox]);
        }
        else if (_options.StreamTtl > TimeSpan.Zero)
        {
            arguments.AddRange(["MINID", "~", (_context.Time.GetUtcNow() - _options.StreamTtl).ToUnixTimeMilliseconds()]);
        }

        arguments.AddRange(["*", "data", message.Data]);
        if (message.Metadata.Count > 0)
        {
            arguments.AddRange(["metadata", JsonSerializer.SerializeToUtf8Bytes(message.Metadata)]);
        }

        try
        {
            await _client.ExecuteAsync(RedisCommand.Of("XADD", [.. arguments]), cancellationToken);
        }
        catch (RedisException exception)
        {
            throw new IOException($"redis streams: error from publish: {exception.Message}", exception);
        }
    }

    public async Task<IBrokerSubscription> SubscribeAsync(string topic, Func<BrokerMessage, CancellationToken, Task<DeliveryOutcome>> handler, CancellationToken cancellationToken)
    {
        var subscription = new RedisSubscription(topic, handler, _client, _options, _queue.Writer, _logger, _context.Time);
        await subscription.StartAsync(cancellationToken);
        return subscription;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _workers;
        await _client.DisposeAsync();
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        try
        {
            while (true)
            {
                var delivery = await _queue.Reader.ReadAsync(_stop.Token);
                await delivery.Subscription.DeliverAsync(delivery.Id, delivery.Message);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed.
        }
    }
}

/// <summary>A message on its way to a worker.</summary>
internal sealed record RedisDelivery(RedisSubscription Subscription, string Id, BrokerMessage Message);
