using System.Net;
using System.Net.Http.Json;

namespace Products.Tests.Stock;

[Collection(ProductsCollection.Name)]
public sealed class StockAdjustmentTests(ProductsFixture service)
{
    [Fact]
    public async Task Adjust_UpAndDown_MovesAvailableAndTellsTheOperator()
    {
        var product = await service.ProductAsync(stock: 10);

        (await AdjustAsync(product, 5)).StatusCode.Should().Be(HttpStatusCode.OK);
        var answer = await AdjustAsync(product, -12);

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        (await ProductsFixture.JsonAsync(answer)).GetProperty("available").GetInt64().Should().Be(3);
        (await service.CountersAsync(product)).Should().Be((3, 0, 0));
        (await service.BrokenProductsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Adjust_BelowZero_IsRefusedAndChangesNothing()
    {
        var product = await service.ProductAsync(stock: 2);

        var answer = await AdjustAsync(product, -3);

        answer.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await ProductsFixture.JsonAsync(answer)).GetProperty("code").GetString().Should().Be("insufficient_stock");
        (await service.CountersAsync(product)).Should().Be((2, 0, 0));
        (await service.Database.ScalarAsync<long>("SELECT count(*) FROM stock_ledger WHERE product_id = @product", new { product })).Should().Be(1);
    }

    [Fact]
    public async Task Adjust_ManyAtOnce_NeverTakesMoreThanThereIs()
    {
        var product = await service.ProductAsync(stock: 10);

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => AdjustAsync(product, -1)));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).Should().Be(10);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict).Should().Be(20);
        (await service.CountersAsync(product)).Should().Be((0, 0, 0));
    }

    [Fact]
    public async Task Adjust_ByCustomerOrNobody_IsRefused()
    {
        var product = await service.ProductAsync(stock: 1);
        using var customer = service.ClientFor(Guid.NewGuid());
        var body = new { delta = 5, reason = "gift" };

        (await customer.PostAsJsonAsync($"/api/v1/products/{product}/stock", body)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await service.Client.PostAsJsonAsync($"/api/v1/products/{product}/stock", body)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await service.CountersAsync(product)).Should().Be((1, 0, 0));
    }

    [Fact]
    public async Task Adjust_UnknownProduct_IsNotFound() =>
        (await AdjustAsync(Guid.NewGuid(), 1)).StatusCode.Should().Be(HttpStatusCode.NotFound);

    [Fact]
    public async Task Adjust_BadBody_NamesEveryField()
    {
        var product = await service.ProductAsync(stock: 1);
        using var client = service.Operator();

        var answer = await client.PostAsJsonAsync($"/api/v1/products/{product}/stock", new { delta = 0, reason = " " });

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        var errors = (await ProductsFixture.JsonAsync(answer)).GetProperty("errors");
        errors.EnumerateObject().Select(field => field.Name).Should().BeEquivalentTo("delta", "reason");
    }

    [Fact]
    public async Task Adjust_Applied_PublishesStockChanged()
    {
        var product = await service.ProductAsync(stock: 1);

        await AdjustAsync(product, 4);

        var published = await Eventually.ResultAsync(
            () => Task.FromResult(service.Sidecar.Published.FirstOrDefault(message => message.Type == "stock.changed" && message.Subject == product.ToString())),
            "stock.changed is published");
        published.Topic.Should().Be("products");
        published.Data.GetProperty("available").GetInt64().Should().Be(5);
        published.Data.GetProperty("tenantId").GetString().Should().Be("default");
    }

    private async Task<HttpResponseMessage> AdjustAsync(Guid product, long delta)
    {
        using var client = service.Operator();
        return await client.PostAsJsonAsync($"/api/v1/products/{product}/stock", new { delta, reason = "test" });
    }
}
