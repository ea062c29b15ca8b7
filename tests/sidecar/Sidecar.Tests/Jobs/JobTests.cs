using System.Net;
using System.Text;
using Sidecar.Components;
using Sidecar.Tests.Actors;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Jobs;

public sealed class JobTests
{
    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Schedule_HostRestartedBeforeItIsDue_IsDeliveredByTheNextOne()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var app = await ActorApp.StartAsync("{}");
        await using (var first = await TestSidecar.StartAsync(new RunScope(), "orders", app.App, [ActorApp.PostgresStore(database)]))
        {
            (await first.Client.PostAsync("v1.0-alpha1/jobs/nightly", Json("""{"dueTime":"1s","data":{"n":12345678901234567890}}"""))).StatusCode.Should().Be(HttpStatusCode.NoContent);
        }

        await using var second = await TestSidecar.StartAsync(new RunScope(), "orders", app.App, [ActorApp.PostgresStore(database)]);
        await Eventually.TrueAsync(() => app.At("/job/nightly").Any(), "the job arrives");
        app.At("/job/nightly").Should().Equal("""{"n":12345678901234567890}""");
    }

    [Fact]
    public async Task Schedule_DropPolicyAndARefusal_IsNotRepeated()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.Statuses(500, 200));
        await using var sidecar = await TestSidecar.StartAsync(new RunScope(), "orders", app);
        await sidecar.Client.PostAsync("v1.0-alpha1/jobs/once", Json("""{"dueTime":"0s","failurePolicy":{"drop":{}}}"""));
        await Eventually.TrueAsync(async () => (await sidecar.Client.GetAsync("v1.0-alpha1/jobs/once")).StatusCode == HttpStatusCode.InternalServerError, "the job is gone");
        app.Seen.Should().ContainSingle(request => request.Target == "/job/once");
    }

    [Theory]
    [InlineData("{bad", "failed deserializing HTTP body: proto: syntax error (line 1:2): invalid value bad")]
    [InlineData("""{"schedule":5}""", "failed deserializing HTTP body: proto: (line 1:13): invalid value for string field schedule: 5")]
    [InlineData("""{"schedule":"@daily","repeats":-1}""", "failed deserializing HTTP body: proto: (line 1:32): invalid value for uint32 field repeats: -1")]
    [InlineData("""{"name":"x","schedule":"@daily"}""", "Set the job name in the url only")]
    [InlineData("""{"schedule":"\ud800"}""", "failed deserializing HTTP body: proto: unexpected EOF")]
    [InlineData("""{"schedule":"@daily","data":{"a":[1E9991]}}""", "failed deserializing HTTP body: proto: (line 1:35): invalid google.protobuf.Value: 1E9991")]
    [InlineData("""{"dueTime":"1s","due_time":"2s"}""", "failed deserializing HTTP body: proto: (line 1:17): duplicate field \"due_time\"")]
    [InlineData("{}", "Schedule is empty")]
    public async Task Schedule_BadBody_Is400WithTheReason(string body, string message)
    {
        await using var sidecar = await TestSidecar.StartAsync(new RunScope(), "orders", null);
        var answer = await sidecar.Client.PostAsync("v1.0-alpha1/jobs/x", Json(body));
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("message").GetString().Should().Be(message);
    }

    [Fact]
    public async Task Get_FailurePolicy_IsShownAsGiven()
    {
        await using var sidecar = await TestSidecar.StartAsync(new RunScope(), "orders", null);
        await sidecar.Client.PostAsync("v1.0/jobs/x", Json("""{"schedule":"@daily","failurePolicy":{"constant":{"interval":"0.3s","maxRetries":2}}}"""));
        (await sidecar.Client.GetStringAsync("v1.0/jobs/x")).Should().Be("""{"name":"x","schedule":"@daily","failurePolicy":{"constant":{"interval":"0.300s","maxRetries":2}}}""");
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
