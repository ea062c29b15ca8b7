using System.Net;

namespace EndToEnd.Orders;

[Collection(PlatformCollection.Name)]
public sealed class IdempotencyTests(PlatformFixture platform)
{
    [Fact]
    public async Task Order_SameKeyTenTimesAtOnce_IsOneOrderOneChargeEqualAnswers()
    {
        using var buyer = await platform.Client().RegisterAsync();
        var product = await buyer.OrdinaryProductAsync(4);
        var card = await buyer.AddCardAsync();
        var key = Guid.NewGuid().ToString();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => buyer.OrderAsync(product.GetProperty("id").GetString()!, 1, card, waitSeconds: 0, key)));

        answers.Should().OnlyContain(answer => answer.Status == HttpStatusCode.Created);
        answers.Select(answer => answer.Text("id")).Distinct(StringComparer.Ordinal).Should().ContainSingle();
        answers.Select(answer => answer.Body).Distinct(StringComparer.Ordinal).Should().ContainSingle();
        var order = await buyer.WaitForStatusAsync(answers[0].Text("id"), TimeSpan.FromSeconds(20), "PAID", "CANCELLED");
        order.GetProperty("status").GetString().Should().Be("PAID");
        (await buyer.GetAsync("/api/v1/orders")).Json.GetProperty("total").GetInt32().Should().Be(1);
        (await buyer.GetAsync($"/api/v1/payments?orderId={answers[0].Text("id")}")).Json.GetProperty("items").GetArrayLength().Should().Be(1);
    }

    [Fact]
    public async Task Order_SameKeyOtherBody_IsRefused()
    {
        using var buyer = await platform.Client().RegisterAsync();
        var product = await buyer.OrdinaryProductAsync(5);
        var card = await buyer.AddCardAsync();
        var key = Guid.NewGuid().ToString();
        (await buyer.OrderAsync(product.GetProperty("id").GetString()!, 1, card, waitSeconds: 0, key)).Expect(HttpStatusCode.Created);

        var other = await buyer.OrderAsync(product.GetProperty("id").GetString()!, 2, card, waitSeconds: 0, key);

        other.Expect(HttpStatusCode.UnprocessableEntity).Code.Should().Be("idempotency_key_reused");
        (await buyer.GetAsync("/api/v1/orders")).Json.GetProperty("total").GetInt32().Should().Be(1);
    }
}
