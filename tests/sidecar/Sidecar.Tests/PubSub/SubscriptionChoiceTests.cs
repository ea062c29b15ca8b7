using System.Text.Json;
using Sidecar.Components;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.PubSub;

/// <summary>Several subscriptions to one topic: one of them counts, for deliveries and in the metadata.</summary>
public sealed class SubscriptionChoiceTests
{
    private const string None = "[]";
    private const string Twice = """[{"pubsubname":"ps","topic":"t","route":"/own1"},{"pubsubname":"ps","topic":"u","route":"/u"},{"pubsubname":"ps","topic":"t","route":"/own2"}]""";

    [Theory]
    [InlineData(None, "/declared1", "t:/declared1")]
    [InlineData(Twice, "/own2", "t:/own2 u:/u")]
    public async Task Start_OneTopicSeveralTimes_TheFirstDeclaredOrTheLastOfTheAppCounts(string own, string route, string listed)
    {
        await using var app = await SubscriberApp.StartAsync(own);
        await using var sidecar = await RunningSidecar.StartAsync(new RunScope(), "app", app.Port, RunningSidecar.Component("ps", "pubsub.in-memory"), Declared(1), Declared(2));

        await sidecar.SendAsync("POST", "/v1.0/publish/ps/t", "1");
        await Eventually.TrueAsync(() => !app.Received.IsEmpty, "the event arrives");
        await sidecar.SendAsync("POST", "/v1.0/publish/ps/t", "2");
        await Eventually.TrueAsync(() => app.Received.Count >= 2, "the second one arrives");

        app.Received.Select(request => request.Path).Should().Equal(route, route);
        var metadata = JsonDocument.Parse((await sidecar.SendAsync("GET", "/v1.0/metadata")).Body);
        string.Join(' ', metadata.RootElement.GetProperty("subscriptions").EnumerateArray().Select(one => $"{one.GetProperty("topic")}:{one.GetProperty("rules")[0].GetProperty("path")}")).Should().Be(listed);
    }

    private static string Declared(int number) =>
        $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Subscription
        metadata: { name: s{{number}} }
        spec: { pubsubname: ps, topic: t, route: /declared{{number}} }
        """;
}
