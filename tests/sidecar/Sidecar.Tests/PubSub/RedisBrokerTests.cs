using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Components;
using Sidecar.PubSub;
using Sidecar.Redis;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.PubSub;

public sealed class RedisBrokerTests : PubSubBrokerContract
{
    [Fact]
    public async Task Publish_LayoutInTheStream_IsDaprs()
    {
        var broker = await BrokerAsync("app");
        await broker.PublishAsync(new BrokerMessage(Topic, "x"u8.ToArray(), new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "b" }), CancellationToken.None);
        await using var client = await ClientAsync();

        var entry = (await client.ExecuteAsync(RedisCommand.Of("XRANGE", Topic, "-", "+"), CancellationToken.None)).Items.Single();

        var fields = entry.Items[1].AsFields();
        fields["data"].AsText().Should().Be("x");
        fields["metadata"].AsText().Should().Be("{\"a\":\"b\"}");
    }

    [Fact]
    public async Task Publish_KeyOfAnotherType_ThrowsDaprsWords()
    {
        await using var client = await ClientAsync();
        await client.ExecuteAsync(RedisCommand.Of("SET", Topic, "x"), CancellationToken.None);
        var broker = await BrokerAsync("app");

        var act = () => PublishAsync(broker, 1);

        await act.Should().ThrowAsync<IOException>().WithMessage("redis streams: error from publish: WRONGTYPE Operation against a key holding the wrong kind of value");
    }

    [Fact]
    public async Task Subscribe_MessagesFromBefore_AreDeliveredToo()
    {
        var broker = await BrokerAsync("app");
        await PublishAsync(broker, 3);
        var received = new ConcurrentQueue<BrokerMessage>();

        await SubscribeAsync(broker, received, _ => DeliveryOutcome.Done);

        await Eventually.TrueAsync(() => received.Count == 3, "all arrive");
        await EventuallyPendingAsync(0);
    }

    [Fact]
    public async Task Deliver_LongerThanTheProcessingTimeout_IsNotDeliveredTwiceAtOnce()
    {
        var (running, most, finished) = (0, 0, 0);
        var broker = await BrokerAsync("app");
        await using var subscription = await broker.SubscribeAsync(
            Topic,
            async (_, _) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                await EventuallyClaimedAsync(3);
                Interlocked.Decrement(ref running);
                Interlocked.Increment(ref finished);
                return DeliveryOutcome.Done;
            },
            CancellationToken.None);

        await PublishAsync(broker, 1);

        await EventuallyPendingAsync(0, entriesRead: 1);
        most.Should().Be(1);
        finished.Should().Be(1);
    }

    [Fact]
    public async Task StreamDeleted_GroupGone_IsMadeAnew()
    {
        var received = new ConcurrentQueue<BrokerMessage>();
        var broker = await BrokerAsync("app");
        await SubscribeAsync(broker, received, _ => DeliveryOutcome.Done);
        await using var client = await ClientAsync();

        await client.ExecuteAsync(RedisCommand.Of("DEL", Topic), CancellationToken.None);
        await PublishAsync(broker, 1);

        await Eventually.TrueAsync(() => received.Count == 1, "the message arrives");
    }

    [Fact]
    public async Task Drain_QueueWithoutWorkers_EndsWithTheToken()
    {
        var spec = Spec("app", TestServers.RedisHost, TestServers.RedisPassword);
        var queue = Channel.CreateUnbounded<RedisDelivery>();
        await using var client = await ClientAsync();
        var subscription = new RedisSubscription(
            Topic, (_, _) => Task.FromResult(DeliveryOutcome.Done), client, RedisBrokerOptions.From(spec, "app"), queue.Writer, NullLogger.Instance, TimeProvider.System);
        await subscription.StartAsync(CancellationToken.None);
        await PublishAsync(await BrokerAsync("app"), 1);
        await queue.Reader.WaitToReadAsync();

        await subscription.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

        await EventuallyPendingAsync(1);
    }

    private protected override IPubSubBroker Create(string appId) => new RedisBroker(Spec(appId, TestServers.RedisHost, TestServers.RedisPassword), TestContext.Component(appId: appId));

    private protected override IPubSubBroker CreatePatient(string appId) =>
        new RedisBroker(Spec(appId, TestServers.RedisHost, TestServers.RedisPassword, processingTimeout: "1m"), TestContext.Component(appId: appId));

    private static ComponentSpec Spec(string consumer, string host, string password, string processingTimeout = "100ms") => new(
        "pubsub",
        "pubsub.redis",
        "v1",
        new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["redisHost"] = host,
            ["redisPassword"] = password,
            ["consumerID"] = consumer,
            ["processingTimeout"] = processingTimeout,
            ["redeliverInterval"] = "50",
        },
        "pubsub.yaml");

    private static async Task<RedisClient> ClientAsync()
    {
        var client = new RedisClient(RedisOptions.From(Spec("app", TestServers.RedisHost, TestServers.RedisPassword)), NullLogger.Instance, TimeProvider.System);
        await client.ConnectAsync(CancellationToken.None);
        return client;
    }

    // The one pending entry: its id, its consumer, its idle time, how often it was handed out.
    private async Task EventuallyClaimedAsync(int times)
    {
        await using var client = await ClientAsync();
        await Eventually.TrueAsync(
            async () => (await client.ExecuteAsync(RedisCommand.Of("XPENDING", Topic, "app", "-", "+", 1), CancellationToken.None)).Items is [var entry] && entry.Items[3].Integer >= times,
            "the entry is claimed again while it is held");
    }

    private async Task EventuallyPendingAsync(int expected, int entriesRead = 0)
    {
        await using var client = await ClientAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                var group = (await client.ExecuteAsync(RedisCommand.Of("XINFO", "GROUPS", Topic), CancellationToken.None)).Items.Single().AsFields();
                return group["pending"].Integer == expected && group["entries-read"].Integer >= entriesRead;
            },
            $"{expected} messages are pending");
    }
}
