using System.Collections.Concurrent;
using System.Text;
using Sidecar.PubSub;

namespace Sidecar.Tests.PubSub;

/// <summary>What every broker must do. A component's class makes brokers for the app ids of a test; all of them see the same topics.</summary>
public abstract class PubSubBrokerContract : IAsyncLifetime
{
    private readonly List<IPubSubBroker> _brokers = [];
    private readonly List<IBrokerSubscription> _subscriptions = [];

    private protected string Topic { get; } = $"topic-{Guid.NewGuid():N}";

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public virtual async Task DisposeAsync()
    {
        foreach (var subscription in _subscriptions)
        {
            await subscription.DisposeAsync();
        }

        foreach (var broker in _brokers)
        {
            await broker.DisposeAsync();
        }
    }

    [Fact]
    public async Task Publish_ToASubscriber_ArrivesUnchangedWithItsMetadata()
    {
        var received = new ConcurrentQueue<BrokerMessage>();
        var broker = await BrokerAsync("app");
        await SubscribeAsync(broker, received, _ => DeliveryOutcome.Done);

        await broker.PublishAsync(new BrokerMessage(Topic, "{\"ü\":1}"u8.ToArray(), new Dictionary<string, string>(StringComparer.Ordinal) { ["k"] = "v" }), CancellationToken.None);

        await Eventually.TrueAsync(() => received.Count == 1, "the message arrives");
        received.Single().Topic.Should().Be(Topic);
        Encoding.UTF8.GetString(received.Single().Data.Span).Should().Be("{\"ü\":1}");
        received.Single().Metadata.Should().Contain("k", "v");
    }

    [Fact]
    public async Task Publish_TwoApps_EachGetsEveryMessage()
    {
        var (first, second) = (new ConcurrentQueue<BrokerMessage>(), new ConcurrentQueue<BrokerMessage>());
        var publisher = await BrokerAsync("one");
        await SubscribeAsync(publisher, first, _ => DeliveryOutcome.Done);
        await SubscribeAsync(await BrokerAsync("two"), second, _ => DeliveryOutcome.Done);

        await PublishAsync(publisher, 20);

        await Eventually.TrueAsync(() => first.Count >= 20 && second.Count >= 20, "both got all");
        Texts(first).Should().BeEquivalentTo(Numbers(20));
        Texts(second).Should().BeEquivalentTo(Numbers(20));
    }

    [Fact]
    public async Task Publish_TwoInstancesOfOneApp_ShareTheMessages()
    {
        var received = new ConcurrentQueue<BrokerMessage>();
        var publisher = await StartAsync(CreatePatient("app"));
        await SubscribeAsync(publisher, received, _ => DeliveryOutcome.Done);
        await SubscribeAsync(await StartAsync(CreatePatient("app")), received, _ => DeliveryOutcome.Done);

        await PublishAsync(publisher, 50);

        await Eventually.TrueAsync(() => received.Count >= 50, "all arrive");
        Texts(received).Should().BeEquivalentTo(Numbers(50));
    }

    [Fact]
    public async Task Deliver_FailedTwice_ComesAgainUntilDone()
    {
        var received = new ConcurrentQueue<BrokerMessage>();
        var broker = await BrokerAsync("app");
        await SubscribeAsync(broker, received, _ => received.Count < 3 ? DeliveryOutcome.Failed : DeliveryOutcome.Done);

        await PublishAsync(broker, 1);

        await Eventually.TrueAsync(() => received.Count == 3, "it is delivered three times");
        Texts(received).Should().AllBe("0");
    }

    [Fact]
    public async Task Drain_WhileAHandlerRuns_WaitsForItAndTakesNothingNew()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var received = new ConcurrentQueue<BrokerMessage>();
        var broker = await BrokerAsync("app");
        var subscription = await broker.SubscribeAsync(
            Topic,
            async (message, _) =>
            {
                received.Enqueue(message);
                started.TrySetResult();
                await release.Task;
                return DeliveryOutcome.Done;
            },
            CancellationToken.None);
        await PublishAsync(broker, 1);
        await started.Task;

        var drain = subscription.DrainAsync(CancellationToken.None);
        await PublishAsync(broker, 1);
        drain.IsCompleted.Should().BeFalse();
        release.SetResult();
        await drain;

        received.Should().HaveCount(1);
        await subscription.DisposeAsync();
    }

    [Fact]
    public async Task Drain_DeadlineReached_AbandonsTheMessageAndTheNextSubscriberGetsIt()
    {
        var broker = await BrokerAsync("app");
        var subscription = await SubscribeUntilAbandonedAsync(broker);

        await subscription.DrainAsync(new CancellationToken(canceled: true));
        await subscription.DisposeAsync();
        var received = new ConcurrentQueue<BrokerMessage>();
        await SubscribeAsync(broker, received, _ => DeliveryOutcome.Done);

        await Eventually.TrueAsync(() => received.Count == 1, "the next subscriber gets the message");
    }

    [Fact]
    public async Task Drain_BesideAndAfterDispose_EndsInOrder()
    {
        var broker = await BrokerAsync("app");
        var subscription = await SubscribeUntilAbandonedAsync(broker);
        using var limit = new CancellationTokenSource();
        var drain = subscription.DrainAsync(limit.Token);

        // A stream is closed while the sidecar stops: the one disposes of what the other drains, and the time to drain ends after that.
        await subscription.DisposeAsync();
        await limit.CancelAsync();
        await drain;
        await subscription.DrainAsync(limit.Token);
        await subscription.DisposeAsync();
    }

    private protected abstract IPubSubBroker Create(string appId);

    /// <summary>One that waits for long before it hands out a message again, however busy the machine is.</summary>
    private protected virtual IPubSubBroker CreatePatient(string appId) => Create(appId);

    private protected Task<IPubSubBroker> BrokerAsync(string appId) => StartAsync(Create(appId));

    private async Task<IPubSubBroker> StartAsync(IPubSubBroker broker)
    {
        _brokers.Add(broker);
        await broker.StartAsync(CancellationToken.None);
        return broker;
    }

    private protected async Task SubscribeAsync(IPubSubBroker broker, ConcurrentQueue<BrokerMessage> received, Func<BrokerMessage, DeliveryOutcome> outcome)
    {
        _subscriptions.Add(await broker.SubscribeAsync(
            Topic,
            (message, _) =>
            {
                received.Enqueue(message);
                return Task.FromResult(outcome(message));
            },
            CancellationToken.None));
    }

    /// <summary>A subscription with a message in its hands that it does not settle before it is told to give up.</summary>
    private async Task<IBrokerSubscription> SubscribeUntilAbandonedAsync(IPubSubBroker broker)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var subscription = await broker.SubscribeAsync(
            Topic,
            async (_, token) =>
            {
                started.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return DeliveryOutcome.Abandoned;
            },
            CancellationToken.None);
        await PublishAsync(broker, 1);
        await started.Task;
        return subscription;
    }

    private protected async Task PublishAsync(IPubSubBroker broker, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await broker.PublishAsync(new BrokerMessage(Topic, Encoding.ASCII.GetBytes(i.ToString()), new Dictionary<string, string>(StringComparer.Ordinal)), CancellationToken.None);
        }
    }

    private protected static IEnumerable<string> Texts(IEnumerable<BrokerMessage> messages) => messages.Select(message => Encoding.UTF8.GetString(message.Data.Span));

    private static IEnumerable<string> Numbers(int count) => Enumerable.Range(0, count).Select(i => i.ToString());
}
