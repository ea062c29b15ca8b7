using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ServiceDefaults.Tests.Probe;

namespace ServiceDefaults.Tests;

[Collection(ProbeCollection.Name)]
public sealed class OutboxTests(ProbeFixture probe)
{
    [Fact]
    public async Task Entry_AfterCommit_IsPublishedAsCloudEventInOrder()
    {
        var id = await CreateAsync();

        await Eventually.TrueAsync(() => Published(id).Count == 3, "three events");
        var events = Published(id);
        events.Select(published => published.Data.GetProperty("version").GetInt32()).Should().Equal(1, 2, 3);
        var first = events[0];
        first.ContentType.Should().StartWith("application/cloudevents+json");
        first.PubSub.Should().Be("pubsub");
        first.Topic.Should().Be("things");
        first.Type.Should().Be("thing.created");
        first.Envelope.GetProperty("source").GetString().Should().Be("probe");
        first.Envelope.GetProperty("partitionkey").GetString().Should().Be(id);
        first.Envelope.GetProperty("traceparent").GetString().Should().StartWith("00-");
        first.Data.GetProperty("tenantId").GetString().Should().Be("default");
        await Eventually.TrueAsync(async () => await probe.Database.ScalarAsync<long>("SELECT count(*) FROM outbox WHERE aggregate_id = @id", new { id }) == 0, "the entries leave the table");
    }

    [Fact]
    public async Task Entry_WhilePublishingFails_StaysAndComesLaterInOrder()
    {
        probe.Sidecar.RefusePublish = true;
        string id;
        try
        {
            id = await CreateAsync();
            await Eventually.TrueAsync(async () => await probe.Database.ScalarAsync<int>("SELECT COALESCE(max(attempts), 0) FROM outbox WHERE aggregate_id = @id", new { id }) >= 2, "two failed attempts");
            Published(id).Should().BeEmpty();
        }
        finally
        {
            probe.Sidecar.RefusePublish = false;
        }

        await Eventually.TrueAsync(() => Published(id).Count == 3, "three events");
        Published(id).Select(published => published.Data.GetProperty("version").GetInt32()).Should().Equal(1, 2, 3);
    }

    [Fact]
    public async Task Entry_WhileAnotherKindHangs_IsNotDelayed()
    {
        var notes = probe.Services.GetRequiredService<NoteHandler>();
        var gate = new TaskCompletionSource();
        notes.Gate = gate.Task;
        try
        {
            var note = Guid.NewGuid().ToString();
            await probe.Services.GetRequiredService<IDatabase>().TransactionAsync(
                RequestContext.System("test"),
                session => probe.Services.GetRequiredService<IOutbox>().AppendAsync(session, new OutboxEntry("note", "", "note", note, 1, null)),
                CancellationToken.None);
            await Eventually.TrueAsync(() => notes.Begun.Contains(note), "the handler hangs");

            var id = await CreateAsync();

            await Eventually.TrueAsync(() => Published(id).Count == 3, "three events", TimeSpan.FromSeconds(10));
        }
        finally
        {
            gate.SetResult();
        }
    }

    [Fact]
    public async Task Event_DeliveredTwice_TakesEffectOnce()
    {
        var thing = Guid.NewGuid();
        var envelope = new { specversion = "1.0", id = Guid.NewGuid(), source = "other", type = "thing.made", datacontenttype = "application/json", data = new { id = thing, tenantId = "default", further = 1 } };

        using var first = await DeliverAsync(envelope);
        using var second = await DeliverAsync(envelope);

        first.EnsureSuccessStatusCode();
        second.EnsureSuccessStatusCode();
        (await probe.Database.ScalarAsync<string>("SELECT name FROM things WHERE id = @thing", new { thing })).Should().Be("thing.made");
    }

    [Fact]
    public async Task Subscriptions_Asked_AreListedWithTheirDeadLetterTopic()
    {
        var list = await probe.Client.GetStringAsync("/dapr/subscribe");

        var subscription = JsonElement.Parse(list).EnumerateArray().Should().ContainSingle().Subject;
        subscription.GetProperty("topic").GetString().Should().Be("things");
        subscription.GetProperty("deadLetterTopic").GetString().Should().Be("things.probe.dead");
    }

    private List<ServiceTesting.PublishedEvent> Published(string id) => probe.Sidecar.Published.Where(published => published.Subject == id).ToList();

    private Task<HttpResponseMessage> DeliverAsync(object envelope) =>
        probe.InternalClient().PostAsync("/events/things", JsonContent.Create(envelope, new System.Net.Http.Headers.MediaTypeHeaderValue("application/cloudevents+json")));

    private async Task<string> CreateAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/things") { Content = JsonContent.Create(new { name = "a", price = 1 }) };
        request.Headers.Add("Idempotency-Key", "key");
        using var response = await probe.ClientFor(Guid.NewGuid()).SendAsync(request);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }
}
