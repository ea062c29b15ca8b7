using System.Collections.Concurrent;
using Sidecar.Components;
using Sidecar.PubSub;
using Sidecar.PubSub.RabbitMq;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.PubSub;

public sealed class RabbitMqBrokerTests(RabbitMqServer server) : PubSubBrokerContract, IClassFixture<RabbitMqServer>
{
    [Fact]
    public async Task ServerKilledAndRestarted_InTheMiddle_LosesNoMessageAndDeliversAgain()
    {
        var received = new ConcurrentQueue<BrokerMessage>();
        var broker = await BrokerAsync("app");
        await SubscribeAsync(broker, received, _ => DeliveryOutcome.Done);
        await PublishAsync(broker, 1);
        await Eventually.TrueAsync(() => received.Count == 1, "the first message arrives");

        await server.KillAsync();
        await Eventually.TrueAsync(() => broker.Problem is not null, "the loss is named");
        await server.InitializeAsync();
        await Eventually.TrueAsync(() => broker.Problem is null, "the connection is back", TimeSpan.FromSeconds(30));
        await PublishAsync(broker, 1);

        await Eventually.TrueAsync(() => received.Count >= 2, "deliveries go on");
    }

    private protected override IPubSubBroker Create(string appId) => new RabbitMqBroker(
        new ComponentSpec(
            "pubsub",
            "pubsub.rabbitmq",
            "v1",
            new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
            {
                ["connectionString"] = server.Url,
                ["consumerID"] = appId,
                ["deletedWhenUnused"] = "false",
                ["deliveryMode"] = "2",
                ["reconnectWaitSeconds"] = "1",
            },
            "pubsub.yaml"),
        TestContext.Component(appId: appId));
}
