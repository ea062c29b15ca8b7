using System.Collections.Concurrent;
using Sidecar.Components;
using Sidecar.PubSub;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.PubSub;

public sealed class InMemoryBrokerTests : PubSubBrokerContract
{
    private readonly RunScope _run = new();

    [Fact]
    public async Task Publish_InAnotherRun_IsNotSeen()
    {
        var received = new ConcurrentQueue<BrokerMessage>();
        var broker = await BrokerAsync("app");
        await SubscribeAsync(broker, received, _ => DeliveryOutcome.Done);
        await using var stranger = new InMemoryBroker(Spec(), TestContext.Component());

        await PublishAsync(stranger, 1);
        await PublishAsync(broker, 1);

        await Eventually.TrueAsync(() => !received.IsEmpty, "the own message arrives");
        received.Should().HaveCount(1);
    }

    private protected override IPubSubBroker Create(string appId) => new InMemoryBroker(Spec(), TestContext.Component(_run, appId), TimeSpan.FromMilliseconds(10));

    private static ComponentSpec Spec() => new("pubsub", "pubsub.in-memory", "v1", new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase), "pubsub.yaml");
}
