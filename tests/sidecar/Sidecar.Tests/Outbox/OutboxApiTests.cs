using Sidecar.Components;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Outbox;

/// <summary>The outbox as an app sees it: transactions in, events out.</summary>
public sealed class OutboxApiTests : IAsyncLifetime
{
    private SubscriberApp _app = null!;
    private RunningSidecar _sidecar = null!;

    public async Task InitializeAsync()
    {
        _app = await SubscriberApp.StartAsync("[{\"pubsubname\":\"ps\",\"topic\":\"ob\",\"route\":\"/ob\"}]");
        _sidecar = await RunningSidecar.StartAsync(
            new RunScope(),
            "orders",
            _app.Port,
            RunningSidecar.Component("mem", "state.in-memory", ("outboxPublishPubsub", "ps"), ("outboxPublishTopic", "ob"), ("outboxPubsub", "carrier")),
            RunningSidecar.Component("lost", "state.in-memory", ("outboxPublishPubsub", "nope"), ("outboxPublishTopic", "ob")),
            RunningSidecar.Component("ps", "pubsub.in-memory"),
            RunningSidecar.Component("carrier", "pubsub.in-memory"));
    }

    public async Task DisposeAsync()
    {
        await _sidecar.DisposeAsync();
        await _app.DisposeAsync();
    }

    [Theory]
    [InlineData("{\"b\":[1,{}],\"a\":12345678901234567890}", "", "{\"b\":[1,{}],\"a\":12345678901234567890}", "application/json")]
    [InlineData("{\"a\":1}", "application/json", "{\"a\":1}", "application/json")]
    [InlineData("\"txt\"", "", "\"txt\"", "text/plain")]
    [InlineData("\"txt\"", "application/json", "\"txt\"", "application/json")]
    [InlineData("5", "", "\"5\"", "text/plain")]
    public async Task Transaction_SavesAValue_PublishesItOnceCommitted(string value, string contentType, string data, string dataContentType)
    {
        var typed = contentType.Length == 0 ? "" : $",\"contentType\":\"{contentType}\"";

        (await TransactAsync("mem", $"{{\"operation\":\"upsert\",\"request\":{{\"key\":\"o1\",\"value\":{value}{typed}}}}},{{\"operation\":\"delete\",\"request\":{{\"key\":\"o2\"}}}}")).Status.Should().Be(204);

        var json = (await ReceiveAsync(1))[0].Json;
        json["data"]!.ToJsonString().Should().Be(data);
        json["datacontenttype"]!.GetValue<string>().Should().Be(dataContentType);
        json["topic"]!.GetValue<string>().Should().Be("ob");
        json["pubsubname"]!.GetValue<string>().Should().Be("ps");
        json["source"]!.GetValue<string>().Should().Be("orders");
        json["id"]!.GetValue<string>().Should().StartWith("outbox-");
    }

    [Fact]
    public async Task Transaction_WithMetadata_SetsAttributesButNeitherIdNorData()
    {
        await TransactAsync("mem", """{"operation":"upsert","request":{"key":"o1","value":"x","metadata":{"type":"paid","mine":"m","id":"7","data":"y"}}}""");

        var json = (await ReceiveAsync(1))[0].Json;
        json["type"]!.GetValue<string>().Should().Be("paid");
        json["mine"]!.GetValue<string>().Should().Be("m");
        json["id"]!.GetValue<string>().Should().StartWith("outbox-");
        json["data"]!.GetValue<string>().Should().Be("x");
    }

    [Fact]
    public async Task Transaction_WithAProjection_PublishesItAndSavesTheOther()
    {
        await TransactAsync("mem", """
            {"operation":"upsert","request":{"key":"o1","value":{"pub":2},"metadata":{"outbox.projection":"true"}}},
            {"operation":"upsert","request":{"key":"o1","value":{"secret":1,"pub":2}}}
            """);

        (await ReceiveAsync(1))[0].Json["data"]!.ToJsonString().Should().Be("{\"pub\":2}");
        (await _sidecar.SendAsync("GET", "/v1.0/state/mem/o1")).Body.Should().Be("{\"secret\":1,\"pub\":2}");
    }

    [Fact]
    public async Task Transaction_Refused_PublishesNothing()
    {
        var refused = await TransactAsync("mem", """{"operation":"upsert","request":{"key":"o1","value":"lost"}},{"operation":"upsert","request":{"key":"o2","value":1,"etag":"7"}}""");
        await TransactAsync("mem", """{"operation":"upsert","request":{"key":"o3","value":"kept"}}""");

        refused.Status.Should().Be(500);
        refused.Body.Should().Contain("ERR_STATE_TRANSACTION");
        (await ReceiveAsync(1)).Select(received => received.Json["data"]!.GetValue<string>()).Should().Equal("kept");
        await _sidecar.StopAsync();
        _app.At("/ob").Should().HaveCount(1);
    }

    [Fact]
    public async Task Transaction_ThatCannotBePublished_IsNotMade()
    {
        var answer = await TransactAsync("lost", """{"operation":"upsert","request":{"key":"o1","value":1}}""");

        answer.Status.Should().Be(500);
        answer.Body.Replace("\\u0027", "'", StringComparison.Ordinal).Should()
            .Contain("\"errorCode\":\"ERR_PUBLISH_OUTBOX\"").And.Contain("error while publishing outbox message: pubsub 'nope' not found").And.Contain("DAPR_PUBSUB_OUTBOX");
        (await _sidecar.SendAsync("GET", "/v1.0/state/lost/o1")).Status.Should().Be(204);
    }

    [Fact]
    public async Task Save_OutsideATransaction_PublishesNothing()
    {
        await _sidecar.SendAsync("POST", "/v1.0/state/mem", "[{\"key\":\"o1\",\"value\":\"silent\"}]");
        await TransactAsync("mem", """{"operation":"upsert","request":{"key":"o2","value":"said"}}""");

        (await ReceiveAsync(1)).Single().Json["data"]!.GetValue<string>().Should().Be("said");
    }

    private Task<(int Status, string Body, HttpResponseMessage Response)> TransactAsync(string store, string operations) =>
        _sidecar.SendAsync("POST", $"/v1.0/state/{store}/transaction", $"{{\"operations\":[{operations}]}}");

    private async Task<IReadOnlyList<Received>> ReceiveAsync(int count)
    {
        await Eventually.TrueAsync(() => _app.At("/ob").Count() >= count, "the events arrive");
        return [.. _app.At("/ob")];
    }
}
