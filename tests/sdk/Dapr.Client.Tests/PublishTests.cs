using System.Text;

namespace Dapr.Client.Tests;

public sealed class PublishTests : ClientTest
{
    [Fact]
    public async Task PublishEvent_Data_IsPostedAsJson()
    {
        await client.PublishEventAsync("pubsub", "orders/new", new { Id = 1 }, new Dictionary<string, string> { ["ttlInSeconds"] = "5" });

        Only.Line.Should().Be("POST /v1.0/publish/pubsub/orders%2Fnew?metadata.ttlInSeconds=5");
        (Only.Body, Only.Headers["Content-Type"]).Should().Be(("""{"id":1}""", "application/json"));
    }

    [Fact]
    public async Task PublishEvent_WithoutData_HasNoBody()
    {
        await client.PublishEventAsync("pubsub", "t");

        Only.Body.Should().BeEmpty();
        Only.Headers.Should().NotContainKey("Content-Type");
    }

    [Fact]
    public async Task PublishEvent_NullData_IsRefused()
    {
        await client.Invoking(it => it.PublishEventAsync<string>("pubsub", "t", null!)).Should().ThrowAsync<ArgumentNullException>();
    }

    [Fact]
    public async Task PublishEvent_CloudEvent_IsSentAsOneEvenAsItsBaseType()
    {
        CloudEvent data = new CloudEvent<int>(5) { Type = "order.created", Source = new Uri("urn:orders") };

        await client.PublishEventAsync("pubsub", "t", data);

        Only.Headers["Content-Type"].Should().Be("application/cloudevents+json");
        System.Text.Json.JsonDocument.Parse(Only.Body).RootElement.EnumerateObject().ToDictionary(property => property.Name, property => property.Value.ToString())
            .Should().BeEquivalentTo(new Dictionary<string, string> { ["data"] = "5", ["datacontenttype"] = "application/json", ["source"] = "urn:orders", ["type"] = "order.created" });
    }

    [Fact]
    public async Task PublishByteEvent_ContentType_IsKept()
    {
        await client.PublishByteEventAsync("pubsub", "t", Encoding.UTF8.GetBytes("<a/>"), "application/xml");

        (Only.Body, Only.Headers["Content-Type"]).Should().Be(("<a/>", "application/xml"));
    }

    [Fact]
    public async Task PublishEvent_UnknownComponent_IsADaprException()
    {
        sidecar.Answer(404, """{"errorCode":"ERR_PUBSUB_NOT_FOUND","message":"pubsub x is not found"}""");

        await client.Invoking(it => it.PublishEventAsync("x", "t", 1)).Should().ThrowAsync<DaprException>().WithMessage("*ERR_PUBSUB_NOT_FOUND*");
    }

    [Fact]
    public async Task BulkPublishEvent_SomeFailed_NamesThem()
    {
        sidecar.Answer(500, """{"failedEntries":[{"entryId":"1","error":"full"}],"errorCode":"ERR_PUBSUB_PUBLISH_MESSAGE"}""");

        var response = await client.BulkPublishEventAsync("pubsub", "t", ["a", "b"]);

        response.FailedEntries.Should().ContainSingle().Which.Should().Match<BulkPublishResponseFailedEntry<string>>(failed => failed.Entry.EventData == "b" && failed.ErrorMessage == "full");
        Only.Line.Should().Be("POST /v1.0/publish/bulk/pubsub/t");
        Only.Body.Should().Be("""[{"entryId":"0","event":"a","contentType":"application/json"},{"entryId":"1","event":"b","contentType":"application/json"}]""");
    }

    [Fact]
    public async Task BulkPublishEvent_OtherError_Throws()
    {
        sidecar.Answer(500, """{"errorCode":"ERR_PUBSUB_NOT_CONFIGURED","message":"none"}""");

        await client.Invoking(it => it.BulkPublishEventAsync("pubsub", "t", [new byte[] { 1 }])).Should().ThrowAsync<DaprException>();
        Only.Body.Should().Contain("""
            "event":"AQ==","contentType":"application/octet-stream"
            """.Trim());
    }
}
