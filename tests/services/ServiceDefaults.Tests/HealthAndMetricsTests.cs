using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace ServiceDefaults.Tests;

[Collection(ProbeCollection.Name)]
public sealed class HealthAndMetricsTests(ProbeFixture probe)
{
    [Fact]
    public async Task Ready_WithAllThere_HasTheDocumentedBody()
    {
        using var response = await probe.Client.GetAsync("/health/ready");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        body.GetProperty("status").GetString().Should().Be("healthy");
        body.GetProperty("timestamp").GetDateTimeOffset().Should().BeCloseTo(TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(1));
        var checks = body.GetProperty("checks");
        checks.GetProperty("database").GetProperty("status").GetString().Should().Be("up");
        checks.GetProperty("database").GetProperty("latency_ms").GetDouble().Should().BeGreaterThan(0);
        checks.GetProperty("sidecar").GetProperty("status").GetString().Should().Be("up");
        var metrics = body.GetProperty("metrics");
        metrics.GetProperty("uptime_seconds").GetInt64().Should().BeGreaterThanOrEqualTo(0);
        metrics.GetProperty("total_requests").GetInt64().Should().BeGreaterThanOrEqualTo(0);
        metrics.GetProperty("error_rate").GetDouble().Should().BeInRange(0, 1);
    }

    [Fact]
    public async Task Ready_WithoutSidecar_IsUnhealthyWhileLiveStaysHealthy()
    {
        probe.Sidecar.Ready = false;
        try
        {
            using var ready = await probe.Client.GetAsync("/health/ready");
            using var live = await probe.Client.GetAsync("/health/live");

            ready.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
            (await ready.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("checks").GetProperty("sidecar").GetProperty("status").GetString().Should().Be("down");
            live.StatusCode.Should().Be(HttpStatusCode.OK);
        }
        finally
        {
            probe.Sidecar.Ready = true;
        }
    }

    [Fact]
    public async Task Metrics_AfterRequests_CountThemByRouteTemplate()
    {
        var user = probe.ClientFor(Guid.NewGuid());
        var id = Guid.NewGuid();
        using var missing = await user.GetAsync($"/things/{id}");
        using var fault = await probe.Client.GetAsync("/fault");

        var text = await probe.Client.GetStringAsync("/metrics");

        text.Should().Contain("http_requests_total{service=\"probe\",endpoint=\"/things/{id}\",method=\"GET\",status=\"404\"}");
        text.Should().Contain("http_requests_errors_total{service=\"probe\",endpoint=\"/fault\",method=\"GET\",status=\"500\"}");
        text.Should().Contain("# TYPE http_request_duration_seconds histogram").And.Contain("http_request_duration_seconds_bucket{service=\"probe\",endpoint=\"/things/{id}\",method=\"GET\",le=\"+Inf\"}");
        text.Should().Contain("process_resident_memory_bytes{service=\"probe\"}").And.NotContain(id.ToString());
        text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Should().OnlyContain(line => IsNumber(line.Split(' ').Last()));
    }

    [Fact]
    public async Task Call_ToAnotherService_CarriesWhoAsksAndTheTrace()
    {
        var marker = Guid.NewGuid().ToString();
        probe.Sidecar.OnInvoke("other", "GET", "/things/1", _ => ServiceTesting.FakeAnswer.Ok(new { id = Guid.NewGuid(), tenantId = "default", added = "later" }));
        probe.Sidecar.OnInvoke("other", "POST", "/internal/v1/steps", _ => ServiceTesting.FakeAnswer.Done());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/calls");
        request.Headers.Add("traceparent", "00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        request.Headers.Add("X-Request-Id", marker);

        using var response = await probe.ClientFor(Guid.NewGuid()).SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.NoContent);
        var user = probe.Sidecar.Invocations.Last(call => call.Path == "/things/1");
        user.Headers["Authorization"].Should().StartWith("Bearer ");
        user.Headers.Should().NotContainKeys("X-Actor", "X-Tenant-Id");
        user.Headers["traceparent"].Should().StartWith("00-1af7651916cd43dd8448eb211c80319c-");
        var system = probe.Sidecar.Invocations.Last(call => call.Path == "/internal/v1/steps");
        system.Headers.Should().NotContainKey("Authorization");
        system.Headers["X-Actor"].Should().Be("system:saga");
        system.Headers["X-Tenant-Id"].Should().Be("default");
        system.Headers["Idempotency-Key"].Should().Be("saga:1:x");
    }

    private static bool IsNumber(string text) => double.TryParse(text, out _);
}
