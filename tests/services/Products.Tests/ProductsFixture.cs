using System.Net.Http.Json;
using System.Text.Json;
using ServiceTesting;

namespace Products.Tests;

/// <summary>The Products service with demonstration data; expired reservations are swept only when a test does it.</summary>
public sealed class ProductsFixture() : ServiceFixture<Program>("products")
{
    private static readonly HttpClient Http = new();
    private int _number;

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        new("environment", "Development"),
        new("Demo:Seed", "true"),
        new("Reservations:SweepIntervalSeconds", "3600"),
    ];

    public HttpClient Operator() => ClientFor(Guid.NewGuid(), "operator");

    /// <summary>A new product with stock of its own.</summary>
    public async Task<Guid> ProductAsync(long stock, decimal price = 10m, string category = "Tests", string? name = null, string status = "active")
    {
        var number = Interlocked.Increment(ref _number);
        using var client = Operator();
        var answer = await client.PostAsJsonAsync(
            "/api/v1/products",
            new { sku = $"TEST-{number}", name = name ?? $"Test product {number}", description = "Made by a test.", category, price, currency = "USD", status, stock });
        answer.EnsureSuccessStatusCode();
        return (await JsonAsync(answer)).GetProperty("id").GetGuid();
    }

    public async Task<Guid> ProductIdAsync(string sku) => await Database.ScalarAsync<Guid>("SELECT id FROM products WHERE sku = @sku", new { sku });

    /// <summary>Available, reserved and sold units.</summary>
    public async Task<(long Available, long Reserved, long Sold)> CountersAsync(Guid product) =>
        (await Database.QueryAsync<(long, long, long)>("SELECT available, reserved, sold FROM stock WHERE product_id = @product", new { product })).Single();

    /// <summary>Calls a step as the saga does.</summary>
    public async Task<HttpResponseMessage> StepAsync(Guid order, string step, object? body = null, string? key = null, string tenant = "default")
    {
        using var request = new HttpRequestMessage(step == "" ? HttpMethod.Put : HttpMethod.Post, new Uri(Address, $"/internal/v1/reservations/{order}{step}"));
        request.Headers.Add("dapr-api-token", AppApiToken);
        request.Headers.Add("X-Tenant-Id", tenant);
        request.Headers.Add("X-Actor", "system:saga");
        request.Headers.Add("Idempotency-Key", key ?? $"saga:{order}:{(step == "" ? "reserve" : step.TrimStart(':'))}");
        request.Content = body is null ? null : JsonContent.Create(body);
        return await Http.SendAsync(request);
    }

    public Task<HttpResponseMessage> ReserveAsync(Guid order, params (Guid Product, int Quantity)[] lines) =>
        StepAsync(order, "", Items(lines));

    public Task<HttpResponseMessage> ConfirmAsync(Guid order) => StepAsync(order, ":confirm");

    public Task<HttpResponseMessage> ReleaseAsync(Guid order) => StepAsync(order, ":release");

    public static object Items(params (Guid Product, int Quantity)[] lines) =>
        new { items = lines.Select(line => new { productId = line.Product, quantity = line.Quantity }), expiresInSeconds = 900 };

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => JsonElement.Parse(await answer.Content.ReadAsStringAsync());

    /// <summary>The outcome of a step, with the code of a refusal: <c>done</c>, <c>rejected:out_of_stock</c>; anything else in full.</summary>
    public static async Task<string> OutcomeAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        if ((int)answer.StatusCode != 200)
        {
            return $"{(int)answer.StatusCode} {text}";
        }

        var body = JsonElement.Parse(text);
        var outcome = body.GetProperty("outcome").GetString()!;
        return outcome == "done" ? outcome : $"{outcome}:{body.GetProperty("code").GetString()}";
    }

    /// <summary>Products whose counters contradict the ledger; must be none, always.</summary>
    public async Task<IReadOnlyList<Guid>> BrokenProductsAsync() => await Database.QueryAsync<Guid>("""
        SELECT s.product_id FROM stock s
        LEFT JOIN (
          SELECT product_id, sum(available_delta) AS available, sum(reserved_delta) AS reserved, sum(sold_delta) AS sold,
                 sum(available_delta) FILTER (WHERE kind IN ('initial', 'adjustment')) AS brought_in
          FROM stock_ledger GROUP BY product_id) l USING (product_id)
        WHERE (s.available, s.reserved, s.sold) IS DISTINCT FROM (l.available, l.reserved, l.sold)
           OR s.available + s.reserved + s.sold IS DISTINCT FROM l.brought_in
           OR s.reserved <> (SELECT coalesce(sum(r.quantity), 0) FROM reservation_lines r JOIN reservations o USING (tenant_id, order_id)
                             WHERE r.product_id = s.product_id AND o.status = 'reserved')
           OR s.sold <> (SELECT coalesce(sum(r.quantity), 0) FROM reservation_lines r JOIN reservations o USING (tenant_id, order_id)
                         WHERE r.product_id = s.product_id AND o.status = 'confirmed')
        """);
}
