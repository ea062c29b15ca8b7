using System.Net;
using ServiceTesting;

namespace Orders.Tests;

/// <summary>Services that are away while an order is placed. A fixture of its own: the scripts break it.</summary>
public class OutageTests(OrdersFixture fixture) : IClassFixture<OrdersFixture>
{
    [Fact]
    public async Task Post_PaymentsAway_IsTakenAndProductsAway_Is503AndNotKept()
    {
        var user = Guid.NewGuid();
        var key = Guid.NewGuid().ToString();
        var body = OrdersFixture.Body();
        fixture.Sidecar.OnInvoke("payments", "*", "/*", _ => new FakeAnswer(500));
        using var taken = await fixture.PostAsync(user, body);
        taken.StatusCode.Should().Be(HttpStatusCode.Created);

        var away = true;
        fixture.Sidecar.OnInvoke("products", "*", "/*", request => away
            ? new FakeAnswer(500)
            : FakeAnswer.Done(new { items = request.Json.GetProperty("ids").EnumerateArray().Select(id => new { productId = id.GetGuid(), price = 1m, currency = "EUR" }) }));
        using var refused = await fixture.PostAsync(user, body, key);
        refused.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        away = false;
        using var repeated = await fixture.PostAsync(user, body, key);
        repeated.StatusCode.Should().Be(HttpStatusCode.Created);
    }
}
