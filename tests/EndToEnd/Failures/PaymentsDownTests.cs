using System.Diagnostics;
using System.Net;

namespace EndToEnd.Failures;

[Collection(PlatformCollection.Name)]
public sealed class PaymentsDownTests(PlatformFixture platform)
{
    [OwnPlatformFact]
    public async Task Order_PaymentsStoppedAndBack_WaitsAndIsPaid()
    {
        using var buyer = await platform.Client().RegisterAsync();
        var product = await buyer.OrdinaryProductAsync(10);
        var card = await buyer.AddCardAsync();
        await platform.Engine.StopAppAsync("payments");
        string order;
        try
        {
            order = (await buyer.OrderAsync(product.GetProperty("id").GetString()!, 1, card, waitSeconds: 0)).Expect(HttpStatusCode.Created).Text("id");
            await buyer.WaitForStatusAsync(order, TimeSpan.FromSeconds(10), "RESERVED");
        }
        finally
        {
            await platform.Engine.StartAppAsync("payments");
        }

        var settled = await buyer.WaitForStatusAsync(order, TimeSpan.FromSeconds(60), "PAID", "CANCELLED");
        settled.GetProperty("status").GetString().Should().Be("PAID");
    }

    [OwnPlatformFact]
    public async Task Order_PaymentsStoppedPastTheDeadline_IsCompensatedAndGatewayAnswersAtOnce()
    {
        using var buyer = await platform.Client().RegisterAsync();
        var product = await buyer.OrdinaryProductAsync(11);
        var productId = product.GetProperty("id").GetString()!;
        var before = product.GetProperty("available").GetInt32();
        var card = await buyer.AddCardAsync(Shop.Cards.UnavailableForEver);
        var order = (await buyer.OrderAsync(productId, 1, card, waitSeconds: 0)).Expect(HttpStatusCode.Created).Text("id");
        await platform.Engine.StopAppAsync("payments");
        try
        {
            await OpenBreakerAsync(buyer);
            var clock = Stopwatch.StartNew();
            var answer = await buyer.GetAsync("/api/v1/payment-methods");
            clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(1));
            answer.Expect(HttpStatusCode.ServiceUnavailable).Code.Should().Be("service_unavailable");
            answer.Headers.Should().ContainKey("Retry-After");
            (await buyer.GetAsync("/api/v1/users/me")).Expect(HttpStatusCode.OK);
            (await buyer.GetAsync("/api/v1/products")).Expect(HttpStatusCode.OK);
            (await buyer.GetAsync("/api/v1/orders")).Expect(HttpStatusCode.OK);

            // The undo of the payment waits for payments; the stock does not.
            await Eventually.TrueAsync(
                async () => (await buyer.GetAsync($"/api/v1/products/{productId}")).Json.GetProperty("available").GetInt32() == before,
                "the stock is back after the saga's deadline",
                PlatformFixture.SagaDeadline + TimeSpan.FromSeconds(40));
        }
        finally
        {
            await platform.Engine.StartAppAsync("payments");
        }

        var settled = await buyer.WaitForStatusAsync(order, TimeSpan.FromSeconds(60), "CANCELLED");
        settled.GetProperty("cancellation").GetProperty("code").GetString().Should().Be("payment_unavailable");
        await Eventually.TrueAsync(async () => (await buyer.GetAsync("/api/v1/payment-methods")).Status == HttpStatusCode.OK, "the breaker closes again", TimeSpan.FromSeconds(45));
    }

    private static Task OpenBreakerAsync(Shop.ShopClient buyer) => Eventually.TrueAsync(
        async () => (await buyer.GetAsync("/api/v1/payment-methods")) is { Code: "service_unavailable" } answer && answer.Headers.ContainsKey("Retry-After"),
        "the gateway's breaker for payments opens",
        TimeSpan.FromSeconds(40));
}
