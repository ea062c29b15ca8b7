using System.Diagnostics;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sidecar.Components;
using Sidecar.Faults;
using Sidecar.Tests.Hosting;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Faults;

/// <summary>Faults where they happen: each is seen by the caller, and by the app what it would see of a real one.</summary>
public sealed class FaultInjectionTests
{
    private readonly RunScope _run = new();
    private readonly string _topic = $"t-{Guid.NewGuid():N}";

    [Fact]
    public async Task Route_Error_IsTheAppsAnswerAndTheAppIsNotCalled()
    {
        await using var pair = await PairAsync();
        Inject("app=callee", "route=/pay/*", "error=503");

        (await pair.PostAsync("pay/1")).Should().Be((HttpStatusCode.ServiceUnavailable, "503 (injected by fault f)"));
        (await pair.PostAsync("other")).Should().Be((HttpStatusCode.OK, "body"));

        pair.App.Seen.Should().ContainSingle(request => request.Target == "/other");
    }

    [Theory]
    [InlineData("request", 0)]
    [InlineData("answer", 1)]
    public async Task Route_Drop_IsALostConnection(string what, int calls)
    {
        await using var pair = await PairAsync();
        Inject("app=callee", $"drop={what}", "times=1");

        var (status, body) = await pair.PostAsync("pay");

        status.Should().Be(HttpStatusCode.InternalServerError);
        body.Should().Contain("ERR_DIRECT_INVOKE").And.Contain("injected by fault f");
        pair.App.Seen.Should().HaveCount(calls);
        (await pair.PostAsync("pay")).Status.Should().Be(HttpStatusCode.OK, "the rule is used up");
    }

    [Fact]
    public async Task Route_Duplicate_ReachesTheAppTwiceWithItsBody()
    {
        var bodies = new System.Collections.Concurrent.ConcurrentQueue<string>();
        await using var pair = await PairAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            bodies.Enqueue(await reader.ReadToEndAsync());
        });
        Inject("app=callee", "route=/pay", "duplicate=true");

        (await pair.PostAsync("pay")).Status.Should().Be(HttpStatusCode.OK);

        bodies.Where(body => body.Length > 0).Should().Equal("body", "body");
        pair.App.Seen.Should().AllSatisfy(request => request.Headers["dapr-caller-app-id"].Should().Be("caller"));
    }

    [Fact]
    public async Task Route_Latency_DelaysTheCall()
    {
        await using var pair = await PairAsync();
        Inject("latency=300ms");
        var clock = Stopwatch.StartNew();

        (await pair.PostAsync("pay")).Status.Should().Be(HttpStatusCode.OK);

        clock.Elapsed.Should().BeGreaterThan(TimeSpan.FromMilliseconds(295));
    }

    [Fact]
    public async Task Route_Reorder_TheSecondComesFirst()
    {
        await using var pair = await PairAsync();
        Inject("route=/pay/*", "reorder=10s");

        var first = pair.PostAsync("pay/1");
        await Eventually.TrueAsync(() => FaultInjection.Of(_run).Active[0].Lane.IsTaken, "the first waits");
        await pair.PostAsync("pay/2");
        await first;

        pair.App.Seen.Select(request => request.Target).Should().Equal("/pay/2", "/pay/1");
    }

    [Fact]
    public async Task Off_Again_CallsGoThrough()
    {
        await using var pair = await PairAsync();
        Inject("error=500");
        (await pair.PostAsync("pay")).Status.Should().Be(HttpStatusCode.InternalServerError);

        FaultInjection.Of(_run).Remove("f").Should().BeTrue();

        (await pair.PostAsync("pay")).Status.Should().Be(HttpStatusCode.OK);
        FaultInjection.Of(_run).IsOn.Should().BeFalse();
    }

    [Theory]
    [InlineData("drop=answer")]
    [InlineData("duplicate=true")]
    public async Task Topic_LostAnswerOrDuplicate_TheAppGetsTheEventAgain(string fault)
    {
        await using var app = await SubscriberApp.StartAsync(Subscription);
        await using var sidecar = await RunningSidecar.StartAsync(_run, "orders", app.Port, Broker());
        Inject("app=orders", $"topic={_topic}", "component=ps", fault, "times=1");

        (await sidecar.SendAsync("POST", $"/v1.0/publish/ps/{_topic}", "{}")).Status.Should().Be(204);

        await Eventually.TrueAsync(() => app.At("/t").Count() == 2, "it comes twice");
        app.At("/t").Select(received => received.Json["id"]!.GetValue<string>()).Distinct().Should().HaveCount(1);
    }

    [Fact]
    public async Task Topic_LostRequest_IsDeliveredLater()
    {
        await using var app = await SubscriberApp.StartAsync(Subscription);
        await using var sidecar = await RunningSidecar.StartAsync(_run, "orders", app.Port, Broker());
        Inject($"topic={_topic}", "drop=request", "times=1");

        (await sidecar.SendAsync("POST", $"/v1.0/publish/ps/{_topic}", "{}")).Status.Should().Be(204);

        await Eventually.TrueAsync(() => app.At("/t").Any(), "it comes");
        FaultInjection.Of(_run).Active[0].Hits.Should().Be(1);
    }

    [Theory]
    [InlineData("error=it is gone", "it is gone (injected by fault f)", 204)]
    [InlineData("drop=answer", "EOF (injected by fault f)", 200)]
    public async Task Component_Failure_IsTheApisErrorAndLeavesTheStoreAsAReal(string fault, string text, int statusAfter)
    {
        await using var sidecar = await RunningSidecar.StartAsync(_run, "orders", null, RunningSidecar.Component("store", "state.in-memory"), RunningSidecar.Component("other", "state.in-memory"));
        Inject("component=store", fault, "times=1");

        var answer = await sidecar.SendAsync("POST", "/v1.0/state/store", """[{"key":"k","value":1}]""");

        answer.Status.Should().Be(500);
        answer.Body.Should().Contain("ERR_STATE_SAVE").And.Contain(text);
        (await sidecar.SendAsync("GET", "/v1.0/state/store/k")).Status.Should().Be(statusAfter);
        (await sidecar.SendAsync("POST", "/v1.0/state/other", """[{"key":"k","value":1}]""")).Status.Should().Be(204);
    }

    [Fact]
    public async Task Component_FailureUnderARetryPolicy_IsRetried()
    {
        await using var sidecar = await RunningSidecar.StartAsync(_run, "orders", null, RunningSidecar.Component("store", "state.in-memory"), """
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata: { name: r }
            spec:
              policies: { retries: { again: { policy: constant, duration: 1ms, maxRetries: 3 } } }
              targets: { components: { store: { outbound: { retry: again } } } }
            """);
        Inject("component=store", "error=gone", "times=2");

        (await sidecar.SendAsync("POST", "/v1.0/state/store", """[{"key":"k","value":1}]""")).Status.Should().Be(204);

        FaultInjection.Of(_run).Active[0].Hits.Should().Be(2);
    }

    [Fact]
    public void Percent_HitsThatShare()
    {
        var draws = new Random(1);
        var faults = new FaultInjection(draws.NextDouble);
        faults.Replace([FaultRuleReader.Read(FaultRuleReaderTests.Fields("latency=1ms", "percent=25"), "f", out _)!]);

        var hits = Enumerable.Range(0, 10_000).Count(_ => faults.At(new FaultTarget(FaultPlace.Route, "a", "/")) is not null);

        hits.Should().BeInRange(2300, 2700);
    }

    private string Subscription => $$"""[{"pubsubname":"ps","topic":"{{_topic}}","route":"/t"}]""";

    // A broker whose pause before another delivery can be made short.
    private static string Broker() => RunningSidecar.Component(
        "ps", "pubsub.redis", ("redisHost", TestServers.RedisHost), ("redisPassword", TestServers.RedisPassword), ("processingTimeout", "100ms"), ("redeliverInterval", "50ms"));

    private void Inject(params string[] fields) =>
        FaultInjection.Of(_run).Set(FaultRuleReader.Read(FaultRuleReaderTests.Fields(fields), "f", out var problems) ?? throw new ArgumentException(string.Join(", ", problems)));

    private async Task<Pair> PairAsync(Func<HttpContext, Task>? answer = null)
    {
        var app = await FakeApp.StartAsync(answer ?? FakeApp.EchoAsync);
        return new Pair(app, await TestSidecar.StartAsync(_run, "callee", app), await TestSidecar.StartAsync(_run, "caller", app: null));
    }

    private sealed record Pair(FakeApp App, TestSidecar Callee, TestSidecar Caller) : IAsyncDisposable
    {
        public async Task<(HttpStatusCode Status, string Body)> PostAsync(string path)
        {
            using var content = new StringContent("body", Encoding.UTF8, "text/plain");
            using var response = await Caller.Client.PostAsync("v1.0/invoke/callee/method/" + path, content);
            return (response.StatusCode, await response.Content.ReadAsStringAsync());
        }

        public async ValueTask DisposeAsync()
        {
            await Caller.DisposeAsync();
            await Callee.DisposeAsync();
            await App.DisposeAsync();
        }
    }
}
