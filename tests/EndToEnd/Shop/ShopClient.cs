using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace EndToEnd.Shop;

/// <summary>A customer's (or operator's) way through the shop: one signed-in user over the public API.</summary>
public sealed class ShopClient : IDisposable
{
    /// <summary>The demo data's password.</summary>
    public const string DemoPassword = "demo-Passw0rd!";

    private static readonly object Address = new { street = "1 Main Street", city = "Springfield", state = "IL", zipCode = "62701", country = "US" };
    private readonly HttpClient _http;

    /// <summary>Sends everything with the enterprise key, so that limits meant for strangers do not stop the suite.</summary>
    public ShopClient(Uri gateway)
    {
        _http = new HttpClient { BaseAddress = gateway, Timeout = TimeSpan.FromSeconds(60) };
        _http.DefaultRequestHeaders.Add("X-API-Key", "demo-enterprise");
    }

    /// <summary>The access token of the signed-in user.</summary>
    public string Token { get; private set; } = "";

    /// <summary>The signed-in user.</summary>
    public string UserId { get; private set; } = "";

    /// <summary>Registers somebody new and signs in.</summary>
    public async Task<ShopClient> RegisterAsync()
    {
        var email = $"buyer-{Guid.NewGuid():N}@example.test";
        var created = await PostAsync("/api/v1/users", new { email, password = DemoPassword, firstName = "Bea", lastName = "Buyer", address = Address });
        created.Expect(HttpStatusCode.Created);
        return await LoginAsync(email);
    }

    /// <summary>Signs in.</summary>
    public async Task<ShopClient> LoginAsync(string email)
    {
        var answer = (await PostAsync("/api/v1/auth/login", new { email, password = DemoPassword })).Expect(HttpStatusCode.OK);
        UseToken(answer.Text("accessToken"));
        UserId = answer.Text("userId");
        return this;
    }

    /// <summary>Sends this token from now on; empty sends none.</summary>
    public void UseToken(string token)
    {
        Token = token;
        _http.DefaultRequestHeaders.Authorization = token.Length == 0 ? null : new("Bearer", token);
    }

    /// <summary>Stores a card and returns its id.</summary>
    public async Task<string> AddCardAsync(string number = Cards.Approved)
    {
        var answer = await PostAsync("/api/v1/payment-methods", new { type = "card", number, expMonth = 12, expYear = 2040, cvc = "123", holder = "Bea Buyer" });
        return answer.Expect(HttpStatusCode.Created).Text("id");
    }

    /// <summary>A product by SKU.</summary>
    public async Task<JsonElement> ProductAsync(string sku)
    {
        for (var page = 1; ; page++)
        {
            var list = (await GetAsync($"/api/v1/products?pageSize=100&page={page}")).Expect(HttpStatusCode.OK).Json;
            foreach (var product in list.GetProperty("items").EnumerateArray())
            {
                if (product.GetProperty("sku").GetString() == sku)
                {
                    return product;
                }
            }

            list.GetProperty("total").GetInt32().Should().BeGreaterThan(page * 100, "the demo data have a product {0}", sku);
        }
    }

    /// <summary>The n-th ordinary product of the demo data (stock 100).</summary>
    public async Task<JsonElement> OrdinaryProductAsync(int n)
    {
        var list = (await GetAsync("/api/v1/products?pageSize=100&sort=name")).Expect(HttpStatusCode.OK).Json;
        return list.GetProperty("items").EnumerateArray().Where(product => product.GetProperty("sku").GetString() is not ("LAST-ONE" or "SOLD-OUT")).ElementAt(n);
    }

    /// <summary>Places an order and waits up to <paramref name="waitSeconds"/> for the saga's end.</summary>
    public Task<Answer> OrderAsync(string productId, int quantity, string paymentMethodId, int waitSeconds = 15, string? key = null)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Idempotency-Key"] = key ?? Guid.NewGuid().ToString() };
        if (waitSeconds > 0)
        {
            headers["Prefer"] = $"wait={waitSeconds}";
        }

        return SendAsync(HttpMethod.Post, "/api/v1/orders", new { items = new[] { new { productId, quantity } }, paymentMethodId }, headers);
    }

    /// <summary>Waits until an order has one of the statuses and returns it.</summary>
    public async Task<JsonElement> WaitForStatusAsync(string orderId, TimeSpan limit, params string[] statuses)
    {
        JsonElement order = default;
        await Eventually.TrueAsync(
            async () =>
            {
                var answer = await GetAsync($"/api/v1/orders/{orderId}");
                if (answer.Status != HttpStatusCode.OK)
                {
                    return false;
                }

                order = answer.Json;
                return statuses.Contains(order.GetProperty("status").GetString(), StringComparer.Ordinal);
            },
            $"order {orderId} becomes {string.Join(" or ", statuses)}",
            limit);
        return order;
    }

    /// <summary>GET.</summary>
    public Task<Answer> GetAsync(string path, IReadOnlyDictionary<string, string>? headers = null) => SendAsync(HttpMethod.Get, path, null, headers);

    /// <summary>POST with a JSON body.</summary>
    public Task<Answer> PostAsync(string path, object body, IReadOnlyDictionary<string, string>? headers = null) => SendAsync(HttpMethod.Post, path, body, headers);

    /// <summary>Any request; a string body is sent as it is with content type application/json.</summary>
    public async Task<Answer> SendAsync(HttpMethod method, string path, object? body, IReadOnlyDictionary<string, string>? headers = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body switch
        {
            null => null,
            HttpContent content => content,
            string text => new StringContent(text, Encoding.UTF8, "application/json"),
            _ => JsonContent.Create(body),
        };
        foreach (var (name, value) in headers ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _http.SendAsync(request);
        var all = response.Headers.Concat(response.Content.Headers).ToDictionary(pair => pair.Key, pair => string.Join(", ", pair.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer(response.StatusCode, all, await response.Content.ReadAsStringAsync());
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();
}
