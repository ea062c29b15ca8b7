using System.Net;

namespace EndToEnd.Telemetry;

[Collection(PlatformCollection.Name)]
public sealed class TraceTests(PlatformFixture platform)
{
    [OwnPlatformFact]
    public async Task Order_FromGatewayToLastActivity_IsOneTraceInSpansAndLogs()
    {
        using var buyer = await platform.Client().RegisterAsync();
        var product = await buyer.OrdinaryProductAsync(6);
        var card = await buyer.AddCardAsync();
        var traceId = Guid.NewGuid().ToString("N");
        var headers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Idempotency-Key"] = Guid.NewGuid().ToString(),
            ["Prefer"] = "wait=15",
            ["traceparent"] = $"00-{traceId}-00f067aa0ba902b7-01",
        };

        var order = await buyer.PostAsync("/api/v1/orders", new { items = new[] { new { productId = product.GetProperty("id").GetString(), quantity = 1 } }, paymentMethodId = card }, headers);

        order.Expect(HttpStatusCode.Created).Text("status").Should().Be("PAID", order.Body);
        order.Headers["X-Trace-Id"].Should().Be(traceId);
        string[] apps = ["gateway", "users", "products", "orders", "payments", "payment-processor"];
        await Eventually.TrueAsync(
            () => apps.Where(app => app != "payment-processor").All(app => platform.Spans.OfTrace(traceId).Any(span => span.Service == app)),
            "spans of every sidecar carry the trace id");
        foreach (var app in apps)
        {
            await Eventually.TrueAsync(async () => (await platform.Engine.LogAsync(app)).Contains(traceId, StringComparison.Ordinal), $"the log of {app} is found by the trace id");
        }
    }
}
