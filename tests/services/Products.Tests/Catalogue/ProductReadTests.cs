using System.Net;
using System.Net.Http.Json;

namespace Products.Tests.Catalogue;

[Collection(ProductsCollection.Name)]
public sealed class ProductReadTests(ProductsFixture service)
{
    [Fact]
    public async Task Get_Product_ShowsReservedAndSoldToOperatorsOnly()
    {
        var product = await service.ProductAsync(stock: 9);
        await service.ReserveAsync(Guid.NewGuid(), (product, 2));
        using var customer = service.ClientFor(Guid.NewGuid());
        using var staff = service.Operator();

        var seenByCustomer = await ProductsFixture.JsonAsync(await customer.GetAsync($"/api/v1/products/{product}"));
        var seenByOperator = await ProductsFixture.JsonAsync(await staff.GetAsync($"/api/v1/products/{product}"));

        seenByCustomer.GetProperty("available").GetInt64().Should().Be(7);
        seenByCustomer.TryGetProperty("reserved", out _).Should().BeFalse();
        seenByCustomer.TryGetProperty("sold", out _).Should().BeFalse();
        seenByOperator.GetProperty("reserved").GetInt64().Should().Be(2);
        seenByOperator.GetProperty("sold").GetInt64().Should().Be(0);
    }

    [Fact]
    public async Task Get_WithItsETag_IsNotModifiedUntilStockMoves()
    {
        var product = await service.ProductAsync(stock: 9);
        var tag = (await service.Client.GetAsync($"/api/v1/products/{product}")).Headers.ETag!.ToString();

        (await GetAsync(product, tag)).StatusCode.Should().Be(HttpStatusCode.NotModified);
        await service.ReserveAsync(Guid.NewGuid(), (product, 1));
        (await GetAsync(product, tag)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Get_UnknownOrNoUuid_IsNotFoundOrInvalid()
    {
        (await service.Client.GetAsync($"/api/v1/products/{Guid.NewGuid()}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await service.Client.GetAsync("/api/v1/products/nonsense")).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task BatchGet_KnownAndUnknownIds_AreToldApart()
    {
        var known = await service.ProductAsync(stock: 1);
        var unknown = Guid.NewGuid();

        var answer = await service.Client.PostAsJsonAsync("/api/v1/products:batchGet", new { ids = new[] { known, unknown, known } });

        var body = await ProductsFixture.JsonAsync(answer);
        body.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid()).Should().Equal(known);
        body.GetProperty("missing").EnumerateArray().Select(id => id.GetGuid()).Should().Equal(unknown);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public async Task BatchGet_NoneOrTooMany_IsInvalid(int count)
    {
        var ids = Enumerable.Range(0, count).Select(_ => Guid.NewGuid()).ToArray();

        (await service.Client.PostAsJsonAsync("/api/v1/products:batchGet", new { ids })).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task CheckAvailability_EnoughOfOneOnly_SaysSoPerLine()
    {
        var plenty = await service.ProductAsync(stock: 5);
        var scarce = await service.ProductAsync(stock: 1);
        var items = new[] { new { productId = plenty, quantity = 5 }, new { productId = scarce, quantity = 2 } };

        var body = await ProductsFixture.JsonAsync(await service.Client.PostAsJsonAsync("/api/v1/products:checkAvailability", new { items }));

        body.GetProperty("available").GetBoolean().Should().BeFalse();
        var lines = body.GetProperty("items").EnumerateArray().ToDictionary(line => line.GetProperty("productId").GetGuid());
        lines[plenty].GetProperty("sufficient").GetBoolean().Should().BeTrue();
        lines[scarce].GetProperty("sufficient").GetBoolean().Should().BeFalse();
        lines[scarce].GetProperty("available").GetInt64().Should().Be(1);
        lines[scarce].GetProperty("requested").GetInt64().Should().Be(2);
    }

    [Fact]
    public async Task Prices_ActiveAndOthers_AreItemsAndMissing()
    {
        var active = await service.ProductAsync(stock: 1, price: 12.5m);
        var inactive = await service.ProductAsync(stock: 1, status: "inactive");
        using var client = service.InternalClient();

        var answer = await client.PostAsJsonAsync("/internal/v1/products:prices", new { ids = new[] { active, inactive } });

        var text = await answer.Content.ReadAsStringAsync();
        text.Should().Contain("\"price\":12.50").And.Contain("\"outcome\":\"done\"").And.Contain("\"currency\":\"USD\"");
        (await ProductsFixture.JsonAsync(answer)).GetProperty("missing").EnumerateArray().Select(id => id.GetGuid()).Should().Equal(inactive);
    }

    private async Task<HttpResponseMessage> GetAsync(Guid product, string tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/products/{product}");
        request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        return await service.Client.SendAsync(request);
    }
}
