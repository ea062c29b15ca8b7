using Sidecar.Components;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.PubSub;

public sealed class PubSubApiTests : IAsyncLifetime
{
    private const string TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private const string Subscriptions = """
        [{"pubsubname":"ps","topic":"t","route":"/t","deadLetterTopic":"dead"},
         {"pubsubname":"ps","topic":"dead","route":"dead"},
         {"pubsubname":"ps","topic":"raw","route":"/raw","metadata":{"rawPayload":"true"}},
         {"pubsubname":"ps","topic":"bulk","route":"/bulk","bulkSubscribe":{"enabled":true}},
         {"pubsubname":"ps","topic":"ruled","routes":{"rules":[{"match":"event.data.n % 2 == 0","path":"/odd"},{"match":"event.type == 'paid'","path":"/paid"}],"default":"other//"}}]
        """;

    private readonly RunScope _run = new();
    private SubscriberApp _app = null!;
    private RunningSidecar _sidecar = null!;

    public async Task InitializeAsync()
    {
        _app = await SubscriberApp.StartAsync(Subscriptions);
        _sidecar = await RunningSidecar.StartAsync(_run, "orders", _app.Port, RunningSidecar.Component("ps", "pubsub.in-memory", ("publishingScopes", "orders=t,raw,bulk,ruled,dead")));
    }

    public async Task DisposeAsync()
    {
        await _sidecar.DisposeAsync();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Publish_Json_ArrivesAsACloudEventWithTheTrace()
    {
        (await _sidecar.SendAsync("POST", "/v1.0/publish/ps/t", "{\"big\":12345678901234567890}", "application/json", ("traceparent", TraceParent))).Status.Should().Be(204);

        var received = await ReceiveAsync("/t");
        received.Headers["Content-Type"].Should().Be("application/cloudevents+json");
        received.Headers["pubsubname"].Should().Be("ps");
        received.Headers["traceparent"].Should().StartWith("00-0af7651916cd43dd8448eb211c80319c-");
        var json = received.Json;
        json.Select(member => member.Key).Should().Equal("data", "datacontenttype", "id", "pubsubname", "source", "specversion", "time", "topic", "traceid", "traceparent", "tracestate", "type");
        json["data"]!.ToJsonString().Should().Be("{\"big\":12345678901234567890}");
        json["source"]!.GetValue<string>().Should().Be("orders");
        json["type"]!.GetValue<string>().Should().Be("com.dapr.event.sent");
        json["traceparent"]!.GetValue<string>().Should().StartWith("00-0af7651916cd43dd8448eb211c80319c-");
    }

    [Fact]
    public async Task Publish_OneByteOverTheLimit_IsRefusedNotCut()
    {
        var answer = await _sidecar.SendAsync("POST", "/v1.0/publish/ps/t", new string('x', (4 * 1024 * 1024) + 1), "text/plain");

        answer.Status.Should().Be(500);
        answer.Body.Should().Contain("ERR_PUBSUB_PUBLISH_MESSAGE").And.Contain("stream too large");
    }

    [Fact]
    public async Task Publish_ReadyCloudEvent_KeepsItsAttributes()
    {
        await _sidecar.SendAsync("POST", "/v1.0/publish/ps/t", "{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"/s\",\"type\":\"x\",\"topic\":\"spoof\",\"ext\":\"e\",\"data\":1}", "application/cloudevents+json; charset=utf-8");

        var json = (await ReceiveAsync("/t")).Json;
        json["id"]!.GetValue<string>().Should().Be("7");
        json["ext"]!.GetValue<string>().Should().Be("e");
        json["topic"]!.GetValue<string>().Should().Be("t");
    }

    [Fact]
    public async Task Publish_MetadataWhoseNameIsNoHeader_IsDeliveredWithoutIt()
    {
        (await _sidecar.SendAsync("POST", "/v1.0/publish/ps/t?metadata.no%20header=1&metadata.=1&metadata.header=2", "{}")).Status.Should().Be(204);

        (await ReceiveAsync("/t")).Headers.Should().Contain("header", "2").And.NotContainKey("no header");
    }

    [Fact]
    public async Task Publish_MetadataOverridesAndTtl_AreApplied()
    {
        await _sidecar.SendAsync("POST", "/v1.0/publish/ps/t?metadata.cloudevent.id=my-id&metadata.cloudevent.type=my.t&metadata.ttlInSeconds=50&metadata.custom=1", "text", "text/plain");

        var received = await ReceiveAsync("/t");
        received.Headers["custom"].Should().Be("1");
        received.Json["id"]!.GetValue<string>().Should().Be("my-id");
        received.Json["type"]!.GetValue<string>().Should().Be("my.t");
        received.Json["data"]!.GetValue<string>().Should().Be("text");
        received.Json.Should().ContainKey("expiration");
    }

    [Theory]
    [InlineData(200, "{\"status\":\"DROP\"}")]
    [InlineData(200, "{\"status\":\"RETRY\"}")]
    [InlineData(200, "{\"status\":\"weird\"}")]
    [InlineData(404, "")]
    [InlineData(500, "")]
    public async Task Deliver_NotTaken_GoesToTheDeadLetterTopic(int status, string body)
    {
        _app.Answer = received => received.Path == "/t" ? (status, body) : (200, "");

        await _sidecar.SendAsync("POST", "/v1.0/publish/ps/t", "{\"n\":1}");

        var dead = await ReceiveAsync("/dead");
        dead.Json["topic"]!.GetValue<string>().Should().Be("t");
        dead.Json["id"]!.GetValue<string>().Should().Be(_app.At("/t").Single().Json["id"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(200, "{\"status\":\"SUCCESS\"}")]
    [InlineData(200, "not json")]
    [InlineData(204, "")]
    public async Task Deliver_Taken_IsNotDeadLettered(int status, string body)
    {
        _app.Answer = _ => (status, status == 204 ? "" : body);

        await _sidecar.SendAsync("POST", "/v1.0/publish/ps/t", "{\"n\":1}");
        await ReceiveAsync("/t");
        await _sidecar.StopAsync();

        _app.At("/dead").Should().BeEmpty();
        _app.At("/t").Should().HaveCount(1);
    }

    [Fact]
    public async Task Deliver_RawSubscription_GetsBase64()
    {
        await _sidecar.SendAsync("POST", "/v1.0/publish/ps/raw?metadata.rawPayload=true", "text", "text/plain");

        (await ReceiveAsync("/raw")).Json["data_base64"]!.GetValue<string>().Should().Be("dGV4dA==");
    }

    [Fact]
    public async Task Deliver_BulkSubscription_GetsAnEnvelope()
    {
        await _sidecar.SendAsync("POST", "/v1.0/publish/bulk/ps/bulk", "[{\"entryId\":\"1\",\"event\":{\"a\":1},\"contentType\":\"application/json\"}]");

        var json = (await ReceiveAsync("/bulk")).Json;
        json["type"]!.GetValue<string>().Should().Be("com.dapr.event.sent.bulk");
        json["entries"]!.AsArray().Single()!["event"]!["data"]!.ToJsonString().Should().Be("{\"a\":1}");
    }

    [Theory]
    [InlineData("paid", "/paid")]
    [InlineData("other", "/other")]
    public async Task Deliver_RuleThatCannotBeEvaluated_LosesNothing(string type, string path)
    {
        await _sidecar.SendAsync("POST", $"/v1.0/publish/ps/ruled?metadata.cloudevent.type={type}", "{}");

        (await ReceiveAsync(path)).Json["type"]!.GetValue<string>().Should().Be(type);
    }

    [Theory]
    [InlineData("/v1.0/publish/nope/t", "{}", "application/json", 404, "ERR_PUBSUB_NOT_FOUND")]
    [InlineData("/v1.0/publish/ps", "{}", "application/json", 404, "ERR_TOPIC_NAME_EMPTY")]
    [InlineData("/v1.0/publish/ps/forbidden", "{}", "application/json", 403, "ERR_PUBSUB_FORBIDDEN")]
    [InlineData("/v1.0/publish/ps/t", "{bad", "application/cloudevents+json", 500, "ERR_PUBSUB_CLOUD_EVENTS_SER")]
    [InlineData("/v1.0/publish/ps/t?metadata.rawPayload=yes", "{}", "application/json", 400, "ERR_PUBSUB_REQUEST_METADATA")]
    [InlineData("/v1.0/publish/bulk/ps/t", "x", "application/json", 400, "ERR_PUBSUB_EVENTS_SER")]
    [InlineData("/v1.0/publish/bulk/ps/t", "[{\"event\":\"x\",\"contentType\":\"text/plain\"}]", "application/json", 400, "ERR_PUBSUB_EVENTS_SER")]
    public async Task Publish_Mistake_GetsDaprsError(string path, string body, string contentType, int status, string code)
    {
        var answer = await _sidecar.SendAsync("POST", path, body, contentType);

        answer.Status.Should().Be(status);
        answer.Body.Should().Contain($"\"errorCode\":\"{code}\"");
    }

    [Fact]
    public async Task Publish_FromAnotherAppOfTheRun_Arrives()
    {
        await using var other = await RunningSidecar.StartAsync(_run, "payments", null, RunningSidecar.Component("ps", "pubsub.in-memory"));

        await other.SendAsync("POST", "/v1.0/publish/ps/t", "{}");

        (await ReceiveAsync("/t")).Json["source"]!.GetValue<string>().Should().Be("payments");
    }

    private Task<Received> ReceiveAsync(string path) => Eventually.ResultAsync(() => Task.FromResult(_app.At(path).FirstOrDefault()), $"an event arrives at {path}");
}
