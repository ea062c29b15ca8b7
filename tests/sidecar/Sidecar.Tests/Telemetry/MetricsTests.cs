using Sidecar.Components;
using Sidecar.Telemetry.Metrics;
using Sidecar.Tests.Actors;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Telemetry;

public sealed class MetricsTests
{
    [Fact]
    public async Task Metrics_AfterACall_CountApiAndAppUnderDaprsNames()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        var port = FreePort.Next();
        await using var sidecar = await TestSidecar.StartAsync(options => options with { AppPort = app.Port, MetricsPort = port });

        using var answer = await sidecar.Client.GetAsync("v1.0/invoke/app/method/x/1?secret=1");

        using var client = new HttpClient();
        var text = await client.GetStringAsync($"http://127.0.0.1:{port}/metrics");
        text.Should().Contain("dapr_http_server_request_count{app_id=\"app\",method=\"GET\",path=\"/v1.0/invoke/app/method/x/1\",status=\"200\"} 1")
            .And.Contain("dapr_http_client_completed_count{app_id=\"app\",method=\"GET\",path=\"/x/1\",status=\"200\"} 1")
            .And.NotContain("secret");
    }

    [Fact]
    public async Task Metrics_CallOfAnotherApp_IsCountedOnBothSides()
    {
        var (run, callerPort, calleePort) = (new RunScope(), FreePort.Next(), FreePort.Next());
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var callee = await TestSidecar.StartAsync(options => options with { AppId = "callee", Run = run, AppPort = app.Port, MetricsPort = calleePort }, [ActorApp.Store]);
        await using var caller = await TestSidecar.StartAsync(options => options with { AppId = "caller", Run = run, MetricsPort = callerPort });
        using var client = new HttpClient();

        await caller.Client.GetAsync("v1.0/invoke/callee/method/x");

        (await client.GetStringAsync($"http://127.0.0.1:{callerPort}/metrics")).Should()
            .Contain("dapr_runtime_service_invocation_req_sent_total{app_id=\"caller\",dst_app_id=\"callee\",type=\"unary\"} 1")
            .And.Contain("dapr_runtime_service_invocation_res_recv_total{app_id=\"caller\",src_app_id=\"callee\",status=\"200\",type=\"unary\"} 1");
        (await client.GetStringAsync($"http://127.0.0.1:{calleePort}/metrics")).Should()
            .Contain("dapr_runtime_service_invocation_req_recv_total{app_id=\"callee\",src_app_id=\"caller\"} 1")
            .And.Contain("dapr_runtime_service_invocation_res_sent_total{app_id=\"callee\",dst_app_id=\"caller\",status=\"200\"} 1")
            .And.Contain("dapr_runtime_component_loaded{app_id=\"callee\"} 1")
            .And.Contain("dapr_runtime_component_init_total{app_id=\"callee\",component=\"state.in-memory\"} 1");
    }

    [Fact]
    public async Task Metrics_ActorsAndTheirTimers_AreCountedByType()
    {
        await using var app = await ActorApp.StartAsync("""{"entities":["Cart"]}""");
        var port = FreePort.Next();
        await using var sidecar = await TestSidecar.StartAsync(options => options with { AppPort = app.Port, MetricsPort = port }, [ActorApp.Store]);
        using var client = new HttpClient();

        await sidecar.Client.PutAsync("v1.0/actors/Cart/1/method/add", null);
        await sidecar.Client.PutAsync("v1.0/actors/Cart/1/timers/soon", new StringContent("""{"dueTime":"0s"}"""));
        await sidecar.Client.PutAsync("v1.0/actors/Cart/1/timers/late", new StringContent("""{"dueTime":"1h"}"""));

        await Eventually.TrueAsync(
            async () => (await client.GetStringAsync($"http://127.0.0.1:{port}/metrics")) is var text
                && text.Contains("dapr_runtime_actor_timers_fired_total{actor_type=\"Cart\",app_id=\"app\",success=\"true\"} 1", StringComparison.Ordinal)
                && text.Contains("dapr_runtime_actor_timers{actor_type=\"Cart\",app_id=\"app\"} 1", StringComparison.Ordinal)
                && text.Contains("dapr_runtime_actor_pending_actor_calls{actor_type=\"Cart\",app_id=\"app\"} 0", StringComparison.Ordinal),
            "one timer has fired, one waits");
        app.App.Seen.Should().Contain(request => request.Target == "/actors/Cart/1/method/timer/soon" && !request.Headers.ContainsKey("traceparent"));
    }

    [Fact]
    public void Series_MorePathsThanAnyoneNeeds_StayBounded()
    {
        var metrics = new SidecarMetrics("app", new MetricsSpec(), isEnabled: true);
        for (var i = 0; i < 5_000; i++)
        {
            metrics.ServerRequest("GET", $"/v1.0/invoke/app/method/{i}", 200, 0, 0, 0);
        }

        using var text = new StringWriter();
        metrics.Write(text);

        text.ToString().Split('\n').Count(line => line.StartsWith("dapr_http_server_request_count{", StringComparison.Ordinal)).Should().BeLessThan(2_100);
        text.ToString().Should().Contain("dapr_http_server_request_count{app_id=\"app\",method=\"\",path=\"\",status=\"\"} 3000");
    }

    [Theory]
    [InlineData("/v1.0/state/mem/a-key", "/v1.0/state/mem")]
    [InlineData("/v1.0/secrets/env/NAME", "/v1.0/secrets/env")]
    [InlineData("/v1.0/actors/T/17/method/m", "/v1.0/actors/T/{id}/method")]
    [InlineData("/v1.0/workflows/dapr/w1", "/v1.0/workflows/dapr/{instanceId}")]
    [InlineData("/v1.0/publish/ps/t", "/v1.0/publish/ps/t")]
    public void Path_WithKeyOrId_LosesIt(string path, string label) => new MetricPaths(new MetricsSpec()).OfServer(path).Should().Be(label);

    [Theory]
    [InlineData("/v1.0/invoke/app/method/orders/12", "/v1.0/invoke/{app_id}/method/orders/{id}")]
    [InlineData("/orders/12", "/orders/{id}")]
    [InlineData("/other/12", "")]
    public void Path_LowCardinality_IsThePatternThatMatches(string path, string label) =>
        new MetricPaths(new MetricsSpec { IncreasedCardinality = false, PathMatching = ["/orders/{id}"] }).OfServer(path).Should().Be(label);
}
