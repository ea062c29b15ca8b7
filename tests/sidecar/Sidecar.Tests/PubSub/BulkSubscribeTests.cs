using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Sidecar.Components;
using Sidecar.PubSub;
using Sidecar.Resiliency;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.PubSub;

/// <summary>Bulk subscriptions: how events are gathered, what the app gets, and what its word on each of them means.</summary>
public sealed class BulkSubscribeTests
{
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);
    private readonly RecordingApp _app = new();
    private readonly string _topic = $"bulk-{Guid.NewGuid():N}";

    [Fact]
    public async Task Post_AsManyAsAllowed_GoTogetherWithoutWaiting()
    {
        var gathering = Gathering(count: 3, Never);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => gathering.PostAsync(Event(i), CancellationToken.None)));

        _app.Deliveries.Select(delivery => string.Join(' ', delivery)).Should().BeEquivalentTo("0 1 2", "3 4 5");
        answers.Should().OnlyContain(answer => answer.Verdict == AppVerdict.Success);
    }

    [Fact]
    public async Task Post_FewerThanAllowed_GoWhenTheWaitIsOver()
    {
        var gathering = Gathering(count: 100, TimeSpan.FromMilliseconds(50));

        await Task.WhenAll(gathering.PostAsync(Event(0), CancellationToken.None), gathering.PostAsync(Event(1), CancellationToken.None));

        _app.Deliveries.Single().Should().Equal("0", "1");
    }

    [Fact]
    public async Task Post_BrokerHandsOutOneByOne_DoesNotWait()
    {
        var gathering = new BulkGathering(new BulkSubscribeSpec(true, 100, (int)Never.TotalMilliseconds), oneByOne: true, Policy.None, _app, TimeProvider.System);

        await gathering.PostAsync(Event(0), CancellationToken.None);

        _app.Deliveries.Single().Should().Equal("0");
    }

    [Fact]
    public async Task Post_DifferentRoutes_AreDifferentDeliveries()
    {
        var gathering = Gathering(count: 2, Never);

        await Task.WhenAll(gathering.PostAsync(Event(0, "/a"), CancellationToken.None), gathering.PostAsync(Event(1, "/b"), CancellationToken.None));

        _app.Deliveries.Select(delivery => string.Join(' ', delivery)).Should().BeEquivalentTo("0", "1");
    }

    [Fact]
    public async Task Post_SomeToBeRetried_RepeatsThoseAlone()
    {
        _app.Verdict = (entry, attempt) => entry == "1" && attempt < 3 ? AppVerdict.Retry : entry == "2" ? AppVerdict.Drop : AppVerdict.Success;
        var retries = new Policy(TimeSpan.Zero, RetryPolicy.Default with { Pause = TimeSpan.Zero, MaxRetries = 5 }, null, TimeProvider.System, () => 0);
        var gathering = new BulkGathering(new BulkSubscribeSpec(true, 3, (int)Never.TotalMilliseconds), oneByOne: false, retries, _app, TimeProvider.System);

        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => gathering.PostAsync(Event(i), CancellationToken.None)));

        _app.Deliveries.Select(delivery => string.Join(' ', delivery)).Should().Equal("0 1 2", "1", "1");
        answers.Select(answer => answer.Verdict).Should().Equal(AppVerdict.Success, AppVerdict.Success, AppVerdict.Drop);
    }

    [Fact]
    public async Task Post_DeliveryFails_EveryEventHearsOfIt()
    {
        _app.Verdict = (_, _) => throw new InvalidOperationException("fault");
        var gathering = Gathering(count: 2, Never);

        var posts = new[] { gathering.PostAsync(Event(0), CancellationToken.None), gathering.PostAsync(Event(1), CancellationToken.None) };

        foreach (var post in posts)
        {
            await FluentActions.Awaiting(() => post).Should().ThrowAsync<InvalidOperationException>();
        }
    }

    [Theory]
    [InlineData(200, "{\"statuses\":[{\"entryId\":\"e1\",\"status\":\"DROP\"},{\"entryId\":\"e0\",\"status\":\"SUCCESS\"},{\"entryId\":\"other\",\"status\":\"RETRY\"}]}", "Success Drop Retry")]
    [InlineData(200, "{\"statuses\":[{\"entryId\":\"e0\"},{\"entryId\":\"e1\",\"status\":\"weird\"}]}", "Retry Retry Retry")]
    [InlineData(204, "", "Retry Retry Retry")]
    [InlineData(200, "oops", "Retry Retry Retry")]
    [InlineData(404, "", "Ignore Ignore Ignore")]
    [InlineData(500, "{\"statuses\":[{\"entryId\":\"e0\",\"status\":\"SUCCESS\"}]}", "Retry Retry Retry")]
    public void Read_AnswerOfTheApp_IsTheWordOnEachEvent(int status, string body, string expected)
    {
        var answers = BulkEnvelope.Read([Event(0), Event(1), Event(2)], status, Encoding.UTF8.GetBytes(body));

        string.Join(' ', answers.Select(answer => answer.Verdict)).Should().Be(expected);
    }

    [Fact]
    public void Create_OrdinaryAndRaw_HasMetadataAndBytes()
    {
        var plain = JsonNode.Parse(BulkEnvelope.Create([Event(0, metadata: ("k", "v")), Event(1)], "id"))!["entries"]!.AsArray();
        var raw = JsonNode.Parse(BulkEnvelope.Create([Event(0, raw: true)], "id"))!["entries"]![0]!;

        (plain.Count, plain[0]!["metadata"]!["k"]!.GetValue<string>(), plain[1]!["metadata"]).Should().Be((2, "v", null));
        plain[0]!["contentType"]!.GetValue<string>().Should().Be("application/cloudevents+json");
        (raw["event"]!.GetValue<string>(), raw["contentType"]!.GetValue<string>()).Should().Be((Convert.ToBase64String("0"u8), "application/octet-stream"));
    }

    [Fact]
    public async Task Redis_SeveralAtOnce_ArriveInOneDelivery()
    {
        await using var app = await SubscriberApp.StartAsync($$"""[{"pubsubname":"ps","topic":"{{_topic}}","route":"/bulk","bulkSubscribe":{"enabled":true,"maxMessagesCount":4,"maxAwaitDurationMs":20000} }]""");
        app.Answer = received => (200, new JsonObject { ["statuses"] = new JsonArray([.. received.Json["entries"]!.AsArray().Select(entry => new JsonObject { ["entryId"] = entry!["entryId"]!.GetValue<string>(), ["status"] = "SUCCESS" })]) }.ToJsonString());
        await using var sidecar = await RunningSidecar.StartAsync(
            new RunScope(), "app", app.Port, RunningSidecar.Component("ps", "pubsub.redis", ("redisHost", TestServers.RedisHost), ("redisPassword", TestServers.RedisPassword)));

        for (var i = 0; i < 4; i++)
        {
            await sidecar.SendAsync("POST", $"/v1.0/publish/ps/{_topic}", $"{{\"i\":{i}}}");
        }

        await Eventually.TrueAsync(() => !app.Received.IsEmpty, "the delivery arrives");
        app.Received.Single().Json["entries"]!.AsArray().Select(entry => entry!["event"]!["data"]!["i"]!.GetValue<int>()).Should().BeEquivalentTo([0, 1, 2, 3]);
    }

    private BulkGathering Gathering(int count, TimeSpan wait) => new(new BulkSubscribeSpec(true, count, (int)wait.TotalMilliseconds), oneByOne: false, Policy.None, _app, TimeProvider.System);

    private static AppEvent Event(int number, string path = "/bulk", bool raw = false, (string Name, string Value)? metadata = null)
    {
        var subscription = new Subscription("ps", "t", new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["rawPayload"] = raw ? "true" : "false" }, [], null, null, "PROGRAMMATIC");
        var message = new BrokerMessage("t", Encoding.ASCII.GetBytes(number.ToString()), metadata is { } pair ? new Dictionary<string, string>(StringComparer.Ordinal) { [pair.Name] = pair.Value } : []);
        return new AppEvent(subscription, path, message, "{}"u8.ToArray(), CloudEvent.FromRaw(message, "ps", $"{number}"), $"e{number}");
    }

    private sealed class RecordingApp : IAppDelivery
    {
        private readonly ConcurrentDictionary<string, int> _attempts = new(StringComparer.Ordinal);

        public ConcurrentQueue<IReadOnlyList<string>> Deliveries { get; } = new();

        public Func<string, int, AppVerdict> Verdict { get; set; } = (_, _) => AppVerdict.Success;

        public Task<AppAnswer> PostAsync(AppEvent appEvent, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<AppAnswer>> PostBulkAsync(IReadOnlyList<AppEvent> events, CancellationToken cancellationToken)
        {
            var numbers = events.Select(appEvent => appEvent.EntryId[1..]).ToList();
            Deliveries.Enqueue(numbers);
            return Task.FromResult<IReadOnlyList<AppAnswer>>([.. numbers.Select(number => new AppAnswer(Verdict(number, _attempts.AddOrUpdate(number, 1, (_, attempt) => attempt + 1)), 0, ""))]);
        }
    }
}
