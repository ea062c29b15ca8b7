using System.Net.Http.Json;
using Sidecar.Tests.Grpc;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Reloading;

/// <summary>Brokers, subscriptions, streams and outboxes that change: nothing is lost, nothing comes twice.</summary>
public sealed class BrokerReloadTests : HotReloadTest
{
    [Fact]
    public async Task Subscription_ComesMovesAndGoes()
    {
        await StartAsync(RunningSidecar.Component("ps", "pubsub.in-memory"));
        await PublishAsync("a");

        (await TakeAsync(("s", Subscription("/first")))).Should().BeEmpty();
        await PublishAsync("b");
        await Eventually.TrueAsync(() => Calls("/first") == 1, "the new subscription delivers");

        (await TakeAsync(("s", Subscription("/second")))).Should().BeEmpty();
        await PublishAsync("c");
        await Eventually.TrueAsync(() => Calls("/second") == 1, "the changed one delivers elsewhere");

        (await TakeAsync(("s", ""))).Should().BeEmpty();
        await PublishAsync("d");
        (await TakeAsync(("s", Subscription("/third")))).Should().BeEmpty();
        await PublishAsync("e");
        await Eventually.TrueAsync(() => Calls("/third") >= 1, "it came back");
        Calls("/first").Should().Be(1);
        Calls("/second").Should().Be(1);
    }

    [Fact]
    public async Task Broker_ExchangedUnderLoad_LosesNothing()
    {
        await StartAsync(RunningSidecar.Component("ps", "pubsub.in-memory"), Subscription("/load"));
        const int Messages = 300;
        var published = 0;
        var publishing = Task.Run(async () =>
        {
            for (; published < Messages; published++)
            {
                await PublishAsync($"{published}");
            }
        });

        for (var i = 0; !publishing.IsCompleted; i++)
        {
            (await TakeAsync(("00", RunningSidecar.Component("ps", "pubsub.in-memory", ("allowedTopics", $"t,x{i}"))))).Should().BeEmpty();
        }

        await publishing;
        await Eventually.TrueAsync(() => Delivered("/load").Count == Messages, "every message arrives");
    }

    [Fact]
    public async Task Stream_OpenedWhileABrokerIsExchanged_IsOneOfTheNewBroker()
    {
        await StartAsync(RunningSidecar.Component("ps", "pubsub.in-memory"));
        var reload = TakeAsync(
            ("00", RunningSidecar.Component("ps", "pubsub.in-memory", ("allowedTopics", "other"))),
            ("clock", RunningSidecar.Component("clock", "bindings.cron", ("schedule", "@every 1h"), ("route", "/slow"))));
        await Eventually.TrueAsync(() => Calls("/slow") == 1, "the new broker is prepared, and the app is being asked for its route");

        var sidecar = new Uri($"http://127.0.0.1:{Sidecar.Runtime.GrpcPort}");
        var opening = SubscriberStream.OpenAsync(sidecar, "ps", "t");
        for (var later = 0; later < 5; later++)
        {
            // Refused at once on the same way: the one that came before has had its chance.
            await FluentActions.Awaiting(() => SubscriberStream.OpenAsync(sidecar, "unknown", "t")).Should().ThrowAsync<Exception>();
        }

        AnswerSlowCalls();

        (await reload).Should().BeEmpty();
        await FluentActions.Awaiting(() => opening).Should().ThrowAsync<Exception>("the new broker does not have the topic");
        (await Sidecar.Client.GetStringAsync("v1.0/metadata")).Should().NotContain("STREAMING");
    }

    [Fact]
    public async Task Stream_BrokerGoesAndComesBack_GoesOn()
    {
        var component = RunningSidecar.Component("ps", "pubsub.in-memory");
        await StartAsync(component);
        await using var stream = await SubscriberStream.OpenAsync(new Uri($"http://127.0.0.1:{Sidecar.Runtime.GrpcPort}"), "ps", "t");

        (await TakeAsync(("00", ""))).Should().BeEmpty();
        (await TakeAsync(("00", component))).Should().BeEmpty();
        await Sidecar.Client.PostAsJsonAsync("v1.0/publish/ps/t", "hi");

        (await stream.NextAsync().WaitAsync(TimeSpan.FromSeconds(10))).EventMessage.Topic.Should().Be("t");
    }

    [Fact]
    public async Task Outbox_BrokerComesGoesAndComesBack_RelaysEachTime()
    {
        await StartAsync(RunningSidecar.Component("mem", "state.in-memory", ("outboxPublishPubsub", "ps"), ("outboxPublishTopic", "t")), Subscription("/ob"));
        var broker = RunningSidecar.Component("ps", "pubsub.in-memory");

        (await TakeAsync(("ps", broker))).Should().BeEmpty();
        await TransactAsync("a");
        await Eventually.TrueAsync(() => Calls("/ob") == 1, "the broker that was missing at the start carries the event");

        (await TakeAsync(("ps", ""))).Should().BeEmpty();
        (await TakeAsync(("ps", broker))).Should().BeEmpty();
        await TransactAsync("b");
        await Eventually.TrueAsync(() => Calls("/ob") == 2, "it does so when it is back");
    }

    [Fact]
    public async Task Template_NewAtEachReading_IsNoChange()
    {
        await StartAsync(RunningSidecar.Component("ps", "pubsub.in-memory", ("consumerID", "{uuid}")), Subscription("/t"));

        (await TakeAsync(("two", RunningSidecar.Component("two", "state.in-memory")))).Should().BeEmpty();
        await PublishAsync("a");

        await Eventually.TrueAsync(() => Calls("/t") == 1, "it is delivered once, by the one consumer there ever was");
    }

    private async Task TransactAsync(string value) =>
        (await Sidecar.Client.PostAsJsonAsync("v1.0/state/mem/transaction", new { operations = new[] { new { operation = "upsert", request = new { key = "k", value } } } })).EnsureSuccessStatusCode();
}
