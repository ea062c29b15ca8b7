using System.Net;
using System.Text.Json;
using EndToEnd.Shop;

namespace EndToEnd.Orders;

[Collection(PlatformCollection.Name)]
public sealed class SettledOrderTests(PlatformFixture platform)
{
    [Fact]
    public async Task Order_ApprovedCard_IsPaidAndStockFallsAndSagaShowsEveryStep()
    {
        using var buyer = await platform.Client().RegisterAsync();
        var product = await buyer.OrdinaryProductAsync(0);
        var before = product.GetProperty("available").GetInt32();

        var order = (await buyer.OrderAsync(product.GetProperty("id").GetString()!, 3, await buyer.AddCardAsync())).Expect(HttpStatusCode.Created);

        order.Text("status").Should().Be("PAID", order.Body);
        order.Headers.Should().ContainKey("Location").And.ContainKey("Preference-Applied");
        (await AvailableAsync(buyer, product)).Should().Be(before - 3);
        var payments = (await buyer.GetAsync($"/api/v1/payments?orderId={order.Text("id")}")).Expect(HttpStatusCode.OK).Json.GetProperty("items");
        payments.EnumerateArray().Should().ContainSingle().Which.GetProperty("status").GetString().Should().Be("COMPLETED");
        var saga = (await buyer.GetAsync($"/api/v1/orders/{order.Text("id")}/saga")).Expect(HttpStatusCode.OK).Json;
        saga.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("status").GetString()!.ToUpperInvariant()).Should().NotBeEmpty().And.OnlyContain(status => status == "COMPLETED");
        saga.GetProperty("manualInterventionRequired").GetBoolean().Should().BeFalse();
    }

    [Theory]
    [InlineData(Cards.Declined, "payment_declined")]
    [InlineData(Cards.InsufficientFunds, "insufficient_funds")]
    [InlineData(Cards.CaptureFails, "payment_declined")]
    public async Task Order_RefusedCard_IsCancelledWithStockBackAndNoCapturedCharge(string card, string code)
    {
        using var buyer = await platform.Client().RegisterAsync();
        var product = await buyer.OrdinaryProductAsync(1);
        var before = product.GetProperty("available").GetInt32();

        var order = (await buyer.OrderAsync(product.GetProperty("id").GetString()!, 2, await buyer.AddCardAsync(card))).Expect(HttpStatusCode.Created);

        order.Text("status").Should().Be("CANCELLED", order.Body);
        order.Json.GetProperty("cancellation").GetProperty("code").GetString().Should().Be(code);
        (await AvailableAsync(buyer, product)).Should().Be(before);
        (await CapturedAsync(buyer, order.Text("id"))).Should().Be(0);
    }

    [Fact]
    public async Task Order_SoldOut_IsCancelledWithoutPaymentAttempt()
    {
        using var buyer = await platform.Client().RegisterAsync();
        var product = await buyer.ProductAsync("SOLD-OUT");

        var order = (await buyer.OrderAsync(product.GetProperty("id").GetString()!, 1, await buyer.AddCardAsync())).Expect(HttpStatusCode.Created);

        order.Text("status").Should().Be("CANCELLED", order.Body);
        order.Json.GetProperty("cancellation").GetProperty("code").GetString().Should().Be("out_of_stock");
        (await buyer.GetAsync($"/api/v1/payments?orderId={order.Text("id")}")).Json.GetProperty("items").GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task Order_TemporaryProcessorError_IsRetriedAndChargedOnce()
    {
        using var buyer = await platform.Client().RegisterAsync();
        var product = await buyer.OrdinaryProductAsync(2);

        var order = (await buyer.OrderAsync(product.GetProperty("id").GetString()!, 1, await buyer.AddCardAsync(Cards.TemporaryErrorTwice))).Expect(HttpStatusCode.Created);

        order.Text("status").Should().Be("PAID", order.Body);
        (await CapturedAsync(buyer, order.Text("id"))).Should().Be(product.GetProperty("price").GetDecimal());
    }

    [Fact]
    public async Task Order_TwentyBuyersForTheLastOne_ExactlyOneIsPaid()
    {
        var buyers = new List<ShopClient>();
        foreach (var _ in Enumerable.Range(0, 20))
        {
            buyers.Add(await platform.Client().RegisterAsync()); // one after another: hashing forty passwords at once is another test
        }

        var product = await buyers[0].ProductAsync("LAST-ONE");
        product.GetProperty("available").GetInt32().Should().Be(1, "the demo data have one, and nobody else of the suite buys it");
        var cards = await Task.WhenAll(buyers.Select(buyer => buyer.AddCardAsync()));

        var orders = await Task.WhenAll(buyers.Select((buyer, i) => buyer.OrderAsync(product.GetProperty("id").GetString()!, 1, cards[i], waitSeconds: 30)));

        orders.Select(order => order.Expect(HttpStatusCode.Created).Text("status")).Should().OnlyContain(status => status == "PAID" || status == "CANCELLED");
        orders.Count(order => order.Text("status") == "PAID").Should().Be(1);
        orders.Where(order => order.Text("status") == "CANCELLED").Select(order => order.Json.GetProperty("cancellation").GetProperty("code").GetString()).Should().HaveCount(19).And.OnlyContain(code => code == "out_of_stock");
        (await AvailableAsync(buyers[0], product)).Should().Be(0);
        buyers.ForEach(buyer => buyer.Dispose());
    }

    [Fact]
    public async Task Cancel_PaidOrder_RefundsAndReturnsStock()
    {
        using var buyer = await platform.Client().RegisterAsync();
        var product = await buyer.OrdinaryProductAsync(3);
        var before = product.GetProperty("available").GetInt32();
        var order = (await buyer.OrderAsync(product.GetProperty("id").GetString()!, 1, await buyer.AddCardAsync())).Expect(HttpStatusCode.Created);
        order.Text("status").Should().Be("PAID", order.Body);

        var cancel = await buyer.PostAsync($"/api/v1/orders/{order.Text("id")}/cancel", new { reason = "changed my mind" });

        cancel.Status.Should().BeOneOf(HttpStatusCode.OK, HttpStatusCode.Accepted);
        var cancelled = await buyer.WaitForStatusAsync(order.Text("id"), TimeSpan.FromSeconds(20), "CANCELLED");
        cancelled.GetProperty("cancellation").GetProperty("code").GetString().Should().Be("customer_request");
        (await AvailableAsync(buyer, product)).Should().Be(before);
        (await CapturedAsync(buyer, order.Text("id"))).Should().Be(0);
    }

    private static async Task<int> AvailableAsync(ShopClient client, JsonElement product) =>
        (await client.GetAsync($"/api/v1/products/{product.GetProperty("id").GetString()}")).Expect(HttpStatusCode.OK).Json.GetProperty("available").GetInt32();

    /// <summary>Captured minus refunded over all payments of an order.</summary>
    private static async Task<decimal> CapturedAsync(ShopClient client, string orderId)
    {
        var payments = (await client.GetAsync($"/api/v1/payments?orderId={orderId}")).Expect(HttpStatusCode.OK).Json.GetProperty("items").EnumerateArray();
        return payments.SelectMany(payment => payment.GetProperty("transactions").EnumerateArray()).Sum(Net);
    }

    private static decimal Net(JsonElement transaction) => (transaction.GetProperty("kind").GetString()!.ToUpperInvariant(), transaction.GetProperty("status").GetString()!.ToUpperInvariant()) switch
    {
        ("CAPTURE", "SUCCEEDED") => transaction.GetProperty("amount").GetDecimal(),
        ("REFUND", "SUCCEEDED") => -transaction.GetProperty("amount").GetDecimal(),
        _ => 0,
    };
}
