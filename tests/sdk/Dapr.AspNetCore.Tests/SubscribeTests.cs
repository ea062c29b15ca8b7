using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Dapr.AspNetCore.Tests;

public sealed class SubscribeTests
{
    [Fact]
    public async Task MapSubscribeHandler_SimpleTopics_AreListedInOrder()
    {
        await using var app = await TestApp.StartAsync(routes =>
        {
            routes.MapSubscribeHandler();
            routes.MapPost("/events/b", Ok).WithTopic("pubsub", "b");
            routes.MapPost("/events/a", Ok).WithTopic(new TopicOptions { PubsubName = "pubsub", Name = "a", DeadLetterTopic = "dead", Metadata = new Dictionary<string, string> { ["m"] = "1" } });
            routes.MapPost("/events/r", Ok).WithTopic("pubsub", "r", enableRawPayload: true);
        });

        (await app.Http.GetStringAsync(new Uri("/dapr/subscribe", UriKind.Relative))).Should().Be(
            """
            [{"topic":"a","pubsubName":"pubsub","route":"events/a","metadata":{"m":"1"},"deadLetterTopic":"dead"},{"topic":"b","pubsubName":"pubsub","route":"events/b"},{"topic":"r","pubsubName":"pubsub","route":"events/r","metadata":{"rawPayload":"true"}}]
            """.Trim());
    }

    [Fact]
    public async Task MapSubscribeHandler_Rules_AreListedByPriorityWithTheDefault()
    {
        await using var app = await TestApp.StartAsync(routes =>
        {
            routes.MapSubscribeHandler();
            routes.MapPost("/default", Ok).WithTopic("pubsub", "t");
            routes.MapPost("/second", [Topic("pubsub", "t", "event.type == \"2\"", 2)] () => Results.Ok());
            routes.MapPost("/first", [Topic("pubsub", "t", "event.type == \"1\"", 1)] () => Results.Ok());
        });

        (await app.Http.GetStringAsync(new Uri("/dapr/subscribe", UriKind.Relative))).Replace("\\u0022", "'", StringComparison.Ordinal).Should().Be(
            """
            [{"topic":"t","pubsubName":"pubsub","routes":{"rules":[{"match":"event.type == '1'","path":"first"},{"match":"event.type == '2'","path":"second"}],"default":"default"}}]
            """.Trim());
    }

    [Fact]
    public async Task MapSubscribeHandler_MetadataAndBulk_BelongToTheirTopics()
    {
        await using var app = await TestApp.StartAsync(routes =>
        {
            routes.MapSubscribeHandler(new SubscribeOptions { EnableRawPayload = true });
            routes.MapPost("/a", [Topic("p", "a", ["x"], "|")][TopicMetadata("x", "n", "1")][TopicMetadata("x", "n", "2")][TopicMetadata("y", "o", "3")] () => Results.Ok())
                .WithBulkSubscribe(new BulkSubscribeTopicOptions { TopicName = "a", MaxMessagesCount = 7 });
        });

        (await app.Http.GetStringAsync(new Uri("/dapr/subscribe", UriKind.Relative))).Should().Be(
            """
            [{"topic":"a","pubsubName":"p","route":"a","metadata":{"n":"1|2","rawPayload":"true"},"bulkSubscribe":{"enabled":true,"maxMessagesCount":7,"maxAwaitDurationMs":1000}}]
            """.Trim());
    }

    [Fact]
    public async Task MapSubscribeHandler_RouteWithParameter_IsRefused()
    {
        await using var app = await TestApp.StartAsync(routes =>
        {
            routes.MapSubscribeHandler();
            routes.MapPost("/a/{id}", Ok).WithTopic("p", "a");
        });

        using var response = await app.Http.GetAsync(new Uri("/dapr/subscribe", UriKind.Relative));

        ((int)response.StatusCode).Should().Be(500);
    }

    private static IResult Ok() => Results.Ok();
}
