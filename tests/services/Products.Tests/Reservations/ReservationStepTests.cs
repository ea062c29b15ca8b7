using System.Net;
using System.Net.Http.Json;

namespace Products.Tests.Reservations;

[Collection(ProductsCollection.Name)]
public sealed class ReservationStepTests(ProductsFixture service)
{
    [Fact]
    public async Task Steps_InOrder_MoveUnitsFromAvailableToReservedToSoldAndBack()
    {
        var product = await service.ProductAsync(stock: 10);
        var order = Guid.NewGuid();

        (await OutcomeAsync(service.ReserveAsync(order, (product, 2), (product, 1)))).Should().Be("done");
        (await service.CountersAsync(product)).Should().Be((7, 3, 0));
        (await OutcomeAsync(service.ConfirmAsync(order))).Should().Be("done");
        (await service.CountersAsync(product)).Should().Be((7, 0, 3));
        (await OutcomeAsync(service.ReleaseAsync(order))).Should().Be("done");
        (await service.CountersAsync(product)).Should().Be((10, 0, 0));
        (await service.BrokenProductsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Reserve_RepeatedWithTheSameOrAnotherKey_TakesUnitsOnce()
    {
        var product = await service.ProductAsync(stock: 10);
        var order = Guid.NewGuid();
        var body = ProductsFixture.Items((product, 4));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => OutcomeAsync(service.StepAsync(order, "", body, key: $"key-{order}-{n % 2}"))));

        outcomes.Should().OnlyContain(outcome => outcome == "done");
        (await service.CountersAsync(product)).Should().Be((6, 4, 0));
    }

    [Fact]
    public async Task Reserve_SameKeyOtherItems_IsReuse()
    {
        var product = await service.ProductAsync(stock: 10);
        var order = Guid.NewGuid();
        await service.ReserveAsync(order, (product, 1));

        var answer = await service.ReserveAsync(order, (product, 2));

        answer.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        (await service.CountersAsync(product)).Should().Be((9, 1, 0));
    }

    [Fact]
    public async Task Reserve_OneLineShort_TakesNothingOfAnyLineAndKeepsTheAnswer()
    {
        var plenty = await service.ProductAsync(stock: 10);
        var scarce = await service.ProductAsync(stock: 1);
        var order = Guid.NewGuid();

        (await OutcomeAsync(service.ReserveAsync(order, (plenty, 5), (scarce, 2)))).Should().Be("rejected:out_of_stock");
        await AdjustAsync(scarce, 10);

        (await OutcomeAsync(service.ReserveAsync(order, (plenty, 5), (scarce, 2)))).Should().Be("rejected:out_of_stock", "a repeat gets the stored answer");
        (await service.CountersAsync(plenty)).Should().Be((10, 0, 0));
        (await service.CountersAsync(scarce)).Should().Be((11, 0, 0));
        (await service.BrokenProductsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Reserve_InactiveOrUnknownProduct_IsUnavailable()
    {
        var inactive = await service.ProductAsync(stock: 10, status: "inactive");

        (await OutcomeAsync(service.ReserveAsync(Guid.NewGuid(), (inactive, 1)))).Should().Be("rejected:product_unavailable");
        (await OutcomeAsync(service.ReserveAsync(Guid.NewGuid(), (Guid.NewGuid(), 1)))).Should().Be("rejected:product_unavailable");
    }

    [Fact]
    public async Task Reserve_AfterTheRelease_IsRefusedForGood()
    {
        var product = await service.ProductAsync(stock: 10);
        var order = Guid.NewGuid();

        (await OutcomeAsync(service.ReleaseAsync(order))).Should().Be("done");
        (await OutcomeAsync(service.ReserveAsync(order, (product, 1)))).Should().Be("rejected:reservation_released");
        (await OutcomeAsync(service.ConfirmAsync(order))).Should().Be("rejected:reservation_released");

        (await service.CountersAsync(product)).Should().Be((10, 0, 0));
    }

    [Fact]
    public async Task Release_RepeatedUnderOtherKeys_GivesUnitsBackOnce()
    {
        var product = await service.ProductAsync(stock: 5);
        var order = Guid.NewGuid();
        await service.ReserveAsync(order, (product, 3));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => OutcomeAsync(service.StepAsync(order, ":release", key: $"release-{order}-{n}"))));

        outcomes.Should().OnlyContain(outcome => outcome == "done");
        (await service.CountersAsync(product)).Should().Be((5, 0, 0));
    }

    [Fact]
    public async Task Confirm_WithoutReservation_IsRejected() =>
        (await OutcomeAsync(service.ConfirmAsync(Guid.NewGuid()))).Should().Be("rejected:reservation_not_found");

    [Fact]
    public async Task Step_WithoutKey_IsRefused()
    {
        using var client = service.InternalClient();

        var answer = await client.PostAsync($"/internal/v1/reservations/{Guid.NewGuid()}:release", content: null);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await ProductsFixture.JsonAsync(answer)).GetProperty("code").GetString().Should().Be("idempotency_key_required");
    }

    [Fact]
    public async Task Step_NotThroughTheSidecar_IsRefused()
    {
        using var client = service.Operator();

        var answer = await client.PostAsync($"/internal/v1/reservations/{Guid.NewGuid()}:release", content: null);

        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Reserve_BadBody_NamesEveryField()
    {
        var body = new { items = new[] { new { productId = Guid.Empty, quantity = 0 } }, expiresInSeconds = 0 };

        var answer = await service.StepAsync(Guid.NewGuid(), "", body);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        var errors = (await ProductsFixture.JsonAsync(answer)).GetProperty("errors");
        errors.EnumerateObject().Select(field => field.Name).Should().BeEquivalentTo("items[0].productId", "items[0].quantity", "expiresInSeconds");
    }

    [Fact]
    public async Task Reserve_OrderIdThatIsNoUuid_IsInvalid()
    {
        using var client = service.InternalClient();
        client.DefaultRequestHeaders.Add("Idempotency-Key", "a-key");

        (await client.PutAsJsonAsync("/internal/v1/reservations/nonsense", ProductsFixture.Items())).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Reserve_AndRelease_PublishEventsInOrder()
    {
        var product = await service.ProductAsync(stock: 5);
        var order = Guid.NewGuid();

        await service.ReserveAsync(order, (product, 2));
        await service.ReleaseAsync(order);

        await Eventually.TrueAsync(() => Types(order).Count >= 2, "both events are published");
        Types(order).Should().Equal("stock.reserved", "stock.released");
    }

    private List<string> Types(Guid order) =>
        [.. service.Sidecar.Published.Where(message => message.Subject == order.ToString()).Select(message => message.Type)];

    private async Task AdjustAsync(Guid product, int delta)
    {
        using var client = service.Operator();
        (await client.PostAsJsonAsync($"/api/v1/products/{product}/stock", new { delta, reason = "test" })).EnsureSuccessStatusCode();
    }

    private static async Task<string> OutcomeAsync(Task<HttpResponseMessage> step) => await ProductsFixture.OutcomeAsync(await step);
}
