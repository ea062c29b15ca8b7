using System.Collections.Concurrent;
using RabbitMQ.Client;
using Sidecar.PubSub;
using Sidecar.PubSub.RabbitMq;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.PubSub;

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

    private protected override IPubSubBroker Create(string appId) => new RabbitMqBroker(server.Component(appId), TestContext.Component(appId: appId));
}
