using System.Net;
using System.Text.Json;

namespace Products.Tests.Catalogue;

[Collection(ProductsCollection.Name)]
public sealed class ProductListTests(ProductsFixture service)
{
    [Fact]
    public async Task Categories_DemoData_AreSixWithTenProductsEach()
    {
        var categories = (await GetAsync("/api/v1/categories")).GetProperty("items").EnumerateArray()
            .Where(category => !category.GetProperty("name").GetString()!.StartsWith("Test", StringComparison.Ordinal)).ToList();

        categories.Should().HaveCount(6);
        categories.Should().OnlyContain(category => category.GetProperty("products").GetInt64() == 10);
    }

    [Fact]
    public async Task List_Category_IsPagedAndSortedByName()
    {
        var first = await GetAsync("/api/v1/products?category=Toys&pageSize=4&page=1");
        var last = await GetAsync("/api/v1/products?category=Toys&pageSize=4&page=3");

        first.GetProperty("total").GetInt32().Should().Be(10);
        first.GetProperty("page").GetInt32().Should().Be(1);
        first.GetProperty("pageSize").GetInt32().Should().Be(4);
        Names(first).Should().Equal("Building Blocks", "Card Game", "Chess Set", "Dominoes");
        Names(last).Should().Equal("Toy Train", "Wooden Animals");
    }

    [Fact]
    public async Task List_Query_SearchesNameAndDescription()
    {
        Names(await GetAsync("/api/v1/products?query=keyboards")).Should().Equal("Mechanical Keyboard");
        (await GetAsync("/api/v1/products?query=outdoor%20range")).GetProperty("total").GetInt32().Should().Be(10);
        (await GetAsync("/api/v1/products?query=%22%27%28%3A%2A%26%7C%21")).GetProperty("total").GetInt32().Should().Be(0);
    }

    [Theory]
    [InlineData("price", true)]
    [InlineData("-price", false)]
    public async Task List_SortedByPrice_IsInThatOrder(string sort, bool ascending)
    {
        var prices = (await GetAsync($"/api/v1/products?category=Books&sort={sort}")).GetProperty("items").EnumerateArray()
            .Select(product => product.GetProperty("price").GetDecimal()).ToList();

        prices.Should().HaveCount(10);
        prices.Should().Equal(ascending ? prices.Order() : prices.OrderDescending());
    }

    [Fact]
    public async Task List_PriceRange_HoldsBothEnds()
    {
        await service.ProductAsync(stock: 1, price: 700m, category: "Test range");
        await service.ProductAsync(stock: 1, price: 710.5m, category: "Test range");
        await service.ProductAsync(stock: 1, price: 720m, category: "Test range");

        var list = await GetAsync("/api/v1/products?category=Test%20range&minPrice=700&maxPrice=710.50&sort=price");

        list.GetRawText().Should().Contain("\"price\":700.00").And.Contain("\"price\":710.50").And.NotContain("720");
    }

    [Fact]
    public async Task List_InStock_TellsSoldOutProductsApart()
    {
        Skus(await GetAsync("/api/v1/products?category=Toys&inStock=false")).Should().Contain("SOLD-OUT");
        Skus(await GetAsync("/api/v1/products?category=Toys&inStock=true")).Should().NotContain("SOLD-OUT");
    }

    [Fact]
    public async Task List_BadQuery_NamesEveryField()
    {
        var answer = await service.Client.GetAsync("/api/v1/products?minPrice=cheap&maxPrice=-1&inStock=maybe&sort=colour");

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        var body = await ProductsFixture.JsonAsync(answer);
        body.GetProperty("code").GetString().Should().Be("validation_failed");
        body.GetProperty("errors").EnumerateObject().Select(field => field.Name).Should().BeEquivalentTo("minPrice", "maxPrice", "inStock", "sort");
    }

    [Theory]
    [InlineData("pageSize=101")]
    [InlineData("page=0")]
    [InlineData("minPrice=20&maxPrice=10")]
    public async Task List_QueryOutOfRange_IsInvalid(string query) =>
        (await service.Client.GetAsync($"/api/v1/products?{query}")).StatusCode.Should().Be(HttpStatusCode.BadRequest);

    private async Task<JsonElement> GetAsync(string path)
    {
        var answer = await service.Client.GetAsync(path);
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return await ProductsFixture.JsonAsync(answer);
    }

    private static IEnumerable<string?> Names(JsonElement list) => Texts(list, "name");

    private static IEnumerable<string?> Skus(JsonElement list) => Texts(list, "sku");

    private static IEnumerable<string?> Texts(JsonElement list, string member) =>
        list.GetProperty("items").EnumerateArray().Select(product => product.GetProperty(member).GetString());
}
