using System.Collections.Concurrent;
using System.Text;
using Sidecar.PubSub;
using Sidecar.PubSub.RabbitMq;
using Sidecar.Tests.PubSub;
using Sidecar.Tests.Redis;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Outages;

/// <summary>Brokers: a message that was taken, and whose handler the outage interrupted, comes after it.</summary>
public abstract class PubSubBrokerOutage : OutageContract
{
    private const string Topic = "outage";
    private readonly ConcurrentQueue<string> _received = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IPubSubBroker _broker = null!;
    private IBrokerSubscription _subscription = null!;
    private volatile bool _works;

    private protected override string? Problem => _broker.Problem;

    public override async Task InitializeAsync()
    {
        _broker = await CreateAsync();
        await _broker.StartAsync(CancellationToken.None);
        _subscription = await _broker.SubscribeAsync(Topic, HandleAsync, CancellationToken.None);
    }

    public override async Task DisposeAsync()
    {
        await _subscription.DisposeAsync();
        await _broker.DisposeAsync();
        await Server.DisposeAsync();
    }

    private protected abstract Task<IPubSubBroker> CreateAsync();

    private protected override async Task UseAsync(string value)
    {
        await _broker.PublishAsync(new BrokerMessage(Topic, Encoding.ASCII.GetBytes(value), new Dictionary<string, string>(StringComparer.Ordinal)), CancellationToken.None);
        await _started.Task;
        _works = value == "after";
    }

    private protected override Task<bool> HasAsync(string value) => Task.FromResult(_received.Contains(value, StringComparer.Ordinal));

    private Task<DeliveryOutcome> HandleAsync(BrokerMessage message, CancellationToken cancellationToken)
    {
        _started.TrySetResult();
        if (!_works)
        {
            return Task.FromResult(DeliveryOutcome.Failed);
        }

        _received.Enqueue(Encoding.ASCII.GetString(message.Data.Span));
        return Task.FromResult(DeliveryOutcome.Done);
    }
}

public sealed class RedisBrokerOutageTests : PubSubBrokerOutage
{
    private RedisServer _server = null!;

    private protected override IRestartableServer Server => _server;

    private protected override async Task<IPubSubBroker> CreateAsync()
    {
        _server = await RedisServer.StartAsync();
        return new RedisBroker(_server.Component("pubsub.redis", ("processingTimeout", "100ms"), ("redeliverInterval", "50")), TestContext.Component());
    }
}

public sealed class RabbitMqBrokerOutageTests : PubSubBrokerOutage
{
    private readonly RabbitMqServer _server = new();

    private protected override IRestartableServer Server => _server;

    private protected override async Task<IPubSubBroker> CreateAsync()
    {
        await _server.InitializeAsync();
        return new RabbitMqBroker(_server.Component("app"), TestContext.Component());
    }
}
