using System.Collections.Concurrent;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Sidecar.PubSub;
using Sidecar.PubSub.RabbitMq;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.PubSub;

/// <summary>The contract with a server of its own, which takes seconds to start.</summary>
[Trait("Speed", "Slow")]
public sealed class RabbitMqBrokerTests(RabbitMqServer server) : PubSubBrokerContract, IClassFixture<RabbitMqServer>
{
    [Fact]
    public async Task Deliver_FailedWithDeadLetterQueue_LeavesTheMessageThere()
    {
        await using var broker = new RabbitMqBroker(server.Component("dead", ("enableDeadLetter", "true"), ("requeueInFailure", "false")), TestContext.Component());
        await broker.StartAsync(CancellationToken.None);
        var received = new ConcurrentQueue<BrokerMessage>();
        await SubscribeAsync(broker, received, _ => DeliveryOutcome.Failed);

        await PublishAsync(broker, 1);

        await using var connection = await new ConnectionFactory { Uri = new Uri(server.Url) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var dead = await Eventually.ResultAsync(() => channel.BasicGetAsync($"dlq-dead-{Topic}", autoAck: true), "the server moves the message to the dead letter queue");
        System.Text.Encoding.UTF8.GetString(dead.Body.Span).Should().Be("0");
        received.Should().HaveCount(1);
    }

    [Fact]
    public async Task Publish_AfterTheLastSubscriberLeft_GoesOnAndReachesTheNext()
    {
        await using var broker = new RabbitMqBroker(server.Component("alone", ("deletedWhenUnused", "true")), TestContext.Component());
        await broker.StartAsync(CancellationToken.None);
        var received = new ConcurrentQueue<BrokerMessage>();
        var subscription = await broker.SubscribeAsync(Topic, HandleAsync, CancellationToken.None);
        await PublishAsync(broker, 1);
        await Eventually.TrueAsync(() => received.Count == 1, "the message arrives");
        await subscription.DisposeAsync();
        await using var connection = await new ConnectionFactory { Uri = new Uri(server.Url) }.CreateConnectionAsync();
        await Eventually.TrueAsync(async () => !await ExistsAsync(connection), "the exchange goes with its last queue");

        await PublishAsync(broker, 1);
        await using var next = await broker.SubscribeAsync(Topic, HandleAsync, CancellationToken.None);
        await PublishAsync(broker, 1);

        await Eventually.TrueAsync(() => received.Count == 2, "the next subscriber gets what is published from now on");

        Task<DeliveryOutcome> HandleAsync(BrokerMessage message, CancellationToken cancellationToken)
        {
            received.Enqueue(message);
            return Task.FromResult(DeliveryOutcome.Done);
        }
    }

    private async Task<bool> ExistsAsync(IConnection connection)
    {
        await using var channel = await connection.CreateChannelAsync();
        try
        {
            await channel.ExchangeDeclarePassiveAsync(Topic);
            return true;
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return false;
        }
    }

    private protected override IPubSubBroker Create(string appId) => new RabbitMqBroker(server.Component(appId), TestContext.Component(appId: appId));
}
