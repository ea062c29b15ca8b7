using System.Globalization;
using System.Net;
using System.Net.Http.Json;

namespace Products.Tests.Catalogue;

[Collection(ProductsCollection.Name)]
public sealed class ProductWriteTests(ProductsFixture service)
{
    [Fact]
    public async Task Create_Product_IsFoundAtItsLocationWithInitialStock()
    {
        using var client = service.Operator();

        var answer = await client.PostAsJsonAsync("/api/v1/products", Input(sku: "WRITE-1", price: 19.99m, stock: 3));

        answer.StatusCode.Should().Be(HttpStatusCode.Created);
        var product = await ProductsFixture.JsonAsync(await service.Client.GetAsync(answer.Headers.Location));
        product.GetProperty("sku").GetString().Should().Be("WRITE-1");
        product.GetProperty("available").GetInt64().Should().Be(3);
        product.GetProperty("status").GetString().Should().Be("active");
        (await service.BrokenProductsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Create_TakenSku_IsRefused()
    {
        using var client = service.Operator();
        await client.PostAsJsonAsync("/api/v1/products", Input(sku: "WRITE-2"));

        var answer = await client.PostAsJsonAsync("/api/v1/products", Input(sku: "WRITE-2"));

        answer.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await ProductsFixture.JsonAsync(answer)).GetProperty("code").GetString().Should().Be("already_exists");
    }

    [Fact]
    public async Task Create_EmptyBody_NamesEveryField()
    {
        using var client = service.Operator();

        var answer = await client.PostAsJsonAsync("/api/v1/products", new { price = 1.999, currency = "dollar", status = "gone", stock = -1 });

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await ProductsFixture.JsonAsync(answer)).GetProperty("errors").EnumerateObject().Select(field => field.Name)
            .Should().BeEquivalentTo("sku", "name", "description", "category", "price", "currency", "status", "stock");
    }

    [Theory]
    [InlineData("0", HttpStatusCode.BadRequest)]
    [InlineData("0.01", HttpStatusCode.Created)]
    [InlineData("9999999.99", HttpStatusCode.Created)]
    [InlineData("10000000", HttpStatusCode.BadRequest)]
    public async Task Create_Price_IsOneThatAnOrderCanCarry(string price, HttpStatusCode expected)
    {
        using var client = service.Operator();

        var answer = await client.PostAsJsonAsync("/api/v1/products", Input(sku: $"PRICE-{price}", price: decimal.Parse(price, CultureInfo.InvariantCulture)));

        answer.StatusCode.Should().Be(expected);
    }

    [Fact]
    public async Task Create_UnknownMember_IsRefused()
    {
        using var client = service.Operator();

        var answer = await client.PostAsJsonAsync("/api/v1/products", new { sku = "X", colour = "red" });

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Write_ByCustomer_IsForbidden()
    {
        using var customer = service.ClientFor(Guid.NewGuid());

        (await customer.PostAsJsonAsync("/api/v1/products", Input(sku: "WRITE-3"))).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await customer.DeleteAsync($"/api/v1/products/{Guid.NewGuid()}")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Update_NewPriceAndStatus_PublishesWhatChanged()
    {
        var product = await service.ProductAsync(stock: 1, price: 10m);

        var answer = await PutAsync(product, Input(price: 11m, status: "inactive"));

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        await Eventually.TrueAsync(() => Types(product).Count >= 4, "all events are published");
        Types(product).Should().Equal("product.created", "product.updated", "product.price_changed", "product.deactivated");
    }

    [Fact]
    public async Task Update_WithAnOldVersion_IsAConflictAndASaleIsNone()
    {
        var product = await service.ProductAsync(stock: 5);
        var tag = (await service.Client.GetAsync($"/api/v1/products/{product}")).Headers.ETag!.ToString();
        await service.ReserveAsync(Guid.NewGuid(), (product, 1));

        (await PutAsync(product, Input(price: 11m), tag)).StatusCode.Should().Be(HttpStatusCode.OK);
        var answer = await PutAsync(product, Input(price: 12m), tag);

        answer.StatusCode.Should().Be(HttpStatusCode.PreconditionFailed);
        (await ProductsFixture.JsonAsync(answer)).GetProperty("code").GetString().Should().Be("version_conflict");
    }

    [Fact]
    public async Task Delete_ReservedProduct_HidesItAndItsOrderGoesOn()
    {
        var product = await service.ProductAsync(stock: 5);
        var order = Guid.NewGuid();
        await service.ReserveAsync(order, (product, 2));
        using var client = service.Operator();

        (await client.DeleteAsync($"/api/v1/products/{product}")).StatusCode.Should().Be(HttpStatusCode.NoContent);

        (await client.DeleteAsync($"/api/v1/products/{product}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await service.Client.GetAsync($"/api/v1/products/{product}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await ProductsFixture.OutcomeAsync(await service.ConfirmAsync(order))).Should().Be("done");
        (await service.CountersAsync(product)).Should().Be((3, 0, 2));
    }

    private async Task<HttpResponseMessage> PutAsync(Guid product, object body, string? ifMatch = null)
    {
        using var client = service.Operator();
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/products/{product}") { Content = JsonContent.Create(body) };
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return await client.SendAsync(request);
    }

    private List<string> Types(Guid product) =>
        [.. service.Sidecar.Published.Where(message => message.Subject == product.ToString()).Select(message => message.Type)];

    private static Dictionary<string, object> Input(string? sku = null, decimal price = 10m, string status = "active", long? stock = null)
    {
        var input = new Dictionary<string, object> { ["name"] = "Written", ["description"] = "By a test.", ["category"] = "Tests", ["price"] = price, ["status"] = status };
        if (sku is not null)
        {
            input["sku"] = sku;
        }

        if (stock is not null)
        {
            input["stock"] = stock;
        }

        return input;
    }
}
