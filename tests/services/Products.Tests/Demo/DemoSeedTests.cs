using System.Net.Http.Json;
using Products.Demo;

namespace Products.Tests.Demo;

[Collection(ProductsCollection.Name)]
public sealed class DemoSeedTests(ProductsFixture service)
{
    private const string State = """
        SELECT md5(coalesce(string_agg(p::text || s::text, ',' ORDER BY p.id), '')) || (SELECT count(*) FROM stock_ledger)
        FROM products p JOIN stock s ON s.product_id = p.id
        """;

    [Fact]
    public void Products_OfTheDemo_AreSixtyInSixCategoriesWithDistinctSkus()
    {
        var products = DemoCatalogue.Products().ToList();

        products.Should().HaveCount(60);
        products.Select(entry => entry.Id).Should().OnlyHaveUniqueItems();
        products.Select(entry => entry.Product.Sku).Should().OnlyHaveUniqueItems();
        products.Select(entry => entry.Product.Category).Distinct().Should().HaveCount(6);
        products.Should().OnlyContain(entry => !entry.Product.ValidateForCreation().Failed);
        products.Single(entry => entry.Product.Sku == "LAST-ONE").Product.Stock.Should().Be(1);
        products.Single(entry => entry.Product.Sku == "SOLD-OUT").Product.Stock.Should().Be(0);
        products.Count(entry => entry.Product.Stock == 100).Should().Be(58);
    }

    [Fact]
    public async Task Start_Again_ChangesNothing()
    {
        using (var client = service.Operator())
        {
            var book = await service.ProductIdAsync("BOO-001");
            (await client.PostAsJsonAsync($"/api/v1/products/{book}/stock", new { delta = -7, reason = "test" })).EnsureSuccessStatusCode();
            (await client.DeleteAsync($"/api/v1/products/{await service.ProductIdAsync("HOM-001")}")).EnsureSuccessStatusCode();
        }

        var before = await service.Database.ScalarAsync<string>(State);

        await service.StopAsync();
        await service.StartAsync();

        (await service.Database.ScalarAsync<string>(State)).Should().Be(before);
        await service.Database.ExecuteAsync("UPDATE products SET deleted_at = NULL WHERE sku = 'HOM-001'");
    }
}
