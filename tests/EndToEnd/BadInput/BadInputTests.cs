using System.Net;

namespace EndToEnd.BadInput;

[Collection(PlatformCollection.Name)]
public sealed class BadInputTests(PlatformFixture platform)
{
    private static readonly string Nobody = Guid.CreateVersion7().ToString();

    [Theory]
    [InlineData("{\"items\":[", 400, "validation_failed")] // malformed
    [InlineData("{\"items\":\"x\",\"paymentMethodId\":\"PM\"}", 400, "validation_failed")] // wrong type
    [InlineData("{\"items\":[{\"productId\":\"P\",\"quantity\":-1}],\"paymentMethodId\":\"PM\"}", 400, "validation_failed")] // negative
    [InlineData("{\"items\":[{\"productId\":\"P\",\"quantity\":1001}],\"paymentMethodId\":\"PM\"}", 400, "validation_failed")] // too many
    [InlineData("{\"items\":[],\"paymentMethodId\":\"PM\"}", 400, "validation_failed")] // nothing
    [InlineData("{\"items\":[{\"productId\":\"NOBODY\",\"quantity\":1}],\"paymentMethodId\":\"PM\"}", 400, "validation_failed")] // unknown product
    [InlineData("{\"items\":[{\"productId\":\"P\",\"quantity\":1}],\"paymentMethodId\":\"NOBODY\"}", 400, "validation_failed")] // unknown payment method
    [InlineData("{\"items\":[{\"productId\":\"P\",\"quantity\":1}],\"paymentMethodId\":\"PM\",\"total\":1}", 400, "validation_failed")] // unknown member
    [InlineData("{\"items\":[{\"productId\":\"P\",\"quantity\":\"1\"}],\"paymentMethodId\":\"PM\"}", 400, "validation_failed")] // number as text
    public async Task PostOrder_BadBody_IsRefusedAndChangesNothing(string body, int status, string code)
    {
        using var buyer = await platform.Client().RegisterAsync();
        var product = await buyer.OrdinaryProductAsync(7);
        var card = await buyer.AddCardAsync();
        var text = body.Replace("\"PM\"", $"\"{card}\"", StringComparison.Ordinal).Replace("\"P\"", $"\"{product.GetProperty("id").GetString()}\"", StringComparison.Ordinal).Replace("NOBODY", Nobody, StringComparison.Ordinal);

        var answer = await buyer.SendAsync(HttpMethod.Post, "/api/v1/orders", text, Key());

        answer.Expect((HttpStatusCode)status).Code.Should().Be(code, answer.Body);
        answer.Headers["Content-Type"].Should().StartWith("application/problem+json");
        answer.Text("traceId").Should().Be(answer.Headers["X-Trace-Id"]);
        (await buyer.GetAsync("/api/v1/orders")).Json.GetProperty("total").GetInt32().Should().Be(0);
    }

    [Fact]
    public async Task PostOrder_WithoutKey_IsRefused()
    {
        using var buyer = await platform.Client().RegisterAsync();

        var answer = await buyer.PostAsync("/api/v1/orders", new { items = new[] { new { productId = Nobody, quantity = 1 } }, paymentMethodId = Nobody });

        answer.Expect(HttpStatusCode.BadRequest).Code.Should().Be("idempotency_key_required");
    }

    [Fact]
    public async Task PostOrder_TwoMegabytes_IsTooLarge()
    {
        using var buyer = await platform.Client().RegisterAsync();

        var answer = await buyer.SendAsync(HttpMethod.Post, "/api/v1/orders", "{\"items\":\"" + new string('x', 2 << 20) + "\"}", Key());

        answer.Expect(HttpStatusCode.RequestEntityTooLarge).Code.Should().Be("payload_too_large");
    }

    [Fact]
    public async Task PostOrder_NotJson_IsUnsupported()
    {
        using var buyer = await platform.Client().RegisterAsync();

        var answer = await buyer.SendAsync(HttpMethod.Post, "/api/v1/orders", new StringContent("a=b", System.Text.Encoding.UTF8, "application/x-www-form-urlencoded"), Key());

        answer.Expect(HttpStatusCode.UnsupportedMediaType).Code.Should().Be("unsupported_media_type");
    }

    [Theory]
    [InlineData("/api/v1/orders/not-a-uuid", 400, "validation_failed")]
    [InlineData("/api/v1/orders/NOBODY", 404, "not_found")]
    [InlineData("/api/v1/products/not-a-uuid", 400, "validation_failed")]
    [InlineData("/api/v1/products/NOBODY", 404, "not_found")]
    [InlineData("/api/v1/products?pageSize=101", 400, "validation_failed")]
    [InlineData("/api/v1/products?minPrice=cheap", 400, "validation_failed")]
    [InlineData("/api/v1/payments/NOBODY", 404, "not_found")]
    [InlineData("/api/v1/nothing", 404, "not_found")]
    [InlineData("/internal/v1/products:prices", 404, "not_found")]
    [InlineData("/api/v1/orders/../../internal/v1/products:prices", 404, "not_found")]
    [InlineData("/api/v1/products/%2e%2e/%2e%2e/%2e%2e/internal/v1/products:prices", 404, "not_found")]
    public async Task Get_UnknownOrMalformed_IsRefused(string path, int status, string code)
    {
        using var buyer = await platform.Client().RegisterAsync();

        var answer = await buyer.GetAsync(path.Replace("NOBODY", Nobody, StringComparison.Ordinal));

        answer.Expect((HttpStatusCode)status).Code.Should().Be(code, answer.Body);
    }

    [Theory]
    [InlineData("/api/v1/categories")]
    [InlineData("/api/v1/orders")]
    public async Task Delete_Collection_IsNotAllowed(string path)
    {
        using var buyer = await platform.Client().RegisterAsync();

        var answer = await buyer.SendAsync(HttpMethod.Delete, path, null);

        answer.Expect(HttpStatusCode.MethodNotAllowed).Code.Should().Be("method_not_allowed");
        answer.Headers.Should().ContainKey("Allow");
    }

    [Fact]
    public async Task Get_SomebodyElsesOrder_IsNotFound()
    {
        using var owner = await platform.Client().RegisterAsync();
        using var stranger = await platform.Client().RegisterAsync();
        var product = await owner.OrdinaryProductAsync(8);
        var order = (await owner.OrderAsync(product.GetProperty("id").GetString()!, 1, await owner.AddCardAsync(), waitSeconds: 10)).Expect(HttpStatusCode.Created);

        foreach (var path in (string[])["", "/status", "/saga"])
        {
            (await stranger.GetAsync($"/api/v1/orders/{order.Text("id")}{path}")).Expect(HttpStatusCode.NotFound).Code.Should().Be("not_found");
        }

        (await stranger.PostAsync($"/api/v1/orders/{order.Text("id")}/cancel", new { reason = "mine now" })).Expect(HttpStatusCode.NotFound).Code.Should().Be("not_found");
        (await owner.GetAsync($"/api/v1/orders/{order.Text("id")}")).Text("status").Should().Be("PAID");
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("TAMPERED")]
    [InlineData("NONE")]
    public async Task Get_OrdersWithMissingOrForgedToken_IsUnauthenticated(string token)
    {
        using var buyer = await platform.Client().RegisterAsync();
        buyer.UseToken(token switch { "TAMPERED" => Tampered(buyer.Token), "NONE" => WithoutSignature(buyer.Token), _ => token });

        var answer = await buyer.GetAsync("/api/v1/orders");

        answer.Expect(HttpStatusCode.Unauthorized).Code.Should().Be("unauthenticated", answer.Body);
    }

    [Fact]
    public async Task Post_StockAsCustomer_IsForbidden()
    {
        using var buyer = await platform.Client().RegisterAsync();
        var product = await buyer.OrdinaryProductAsync(9);

        var answer = await buyer.PostAsync($"/api/v1/products/{product.GetProperty("id").GetString()}/stock", new { delta = 5, reason = "gift" });

        answer.Expect(HttpStatusCode.Forbidden).Code.Should().Be("forbidden");
    }

    [Fact]
    public async Task Get_UnknownApiKey_IsRefused()
    {
        using var client = new HttpClient { BaseAddress = platform.Engine.Gateway };
        client.DefaultRequestHeaders.Add("X-API-Key", "nobody");

        using var answer = await client.GetAsync("/api/v1/products");

        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("invalid_api_key");
    }

    private static Dictionary<string, string> Key() => new(StringComparer.Ordinal) { ["Idempotency-Key"] = Guid.NewGuid().ToString() };

    // The payload says another user, the signature is the old one.
    private static string Tampered(string token)
    {
        var parts = token.Split('.');
        var payload = System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]));
        var other = System.Text.RegularExpressions.Regex.Replace(payload, "\"sub\":\"[^\"]+\"", $"\"sub\":\"{Guid.NewGuid()}\"", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
        return $"{parts[0]}.{System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(other))}.{parts[2]}";
    }

    private static string WithoutSignature(string token)
    {
        var header = System.Buffers.Text.Base64Url.EncodeToString("{\"alg\":\"none\",\"typ\":\"JWT\"}"u8);
        return $"{header}.{token.Split('.')[1]}.";
    }
}
