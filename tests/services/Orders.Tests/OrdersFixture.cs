using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orders.Sagas;
using ServiceDefaults;
using ServiceTesting;
using Workflows.Ledger;

namespace Orders.Tests;

/// <summary>Orders on a database of its own; the other services are scripted, workflows recorded.</summary>
public class OrdersFixture() : ServiceFixture<Program>("orders")
{
    /// <summary>A product that the catalogue does not sell.</summary>
    public static readonly Guid Unknown = Guid.Parse("dead0000-0000-7000-8000-000000000000");

    /// <summary>A payment method that is somebody else's.</summary>
    public static readonly Guid ForeignCard = Guid.Parse("dead0000-0000-7000-8000-000000000001");

    /// <summary>A product that costs nothing.</summary>
    public static readonly Guid Free = Guid.Parse("dead0000-0000-7000-8000-000000000003");

    /// <summary>A product of which a thousand cost more than an order can carry.</summary>
    public static readonly Guid Dear = Guid.Parse("dead0000-0000-7000-8000-000000000004");

    public RecordedWorkflows Workflows { get; } = new();

    public IOrderLedger Ledger => Services.GetRequiredService<IOrderLedger>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Sidecar.OnInvoke("products", "POST", "/internal/v1/products:prices", Prices);
        Sidecar.OnInvoke("payments", "POST", "/internal/v1/payment-methods/*", _ => FakeAnswer.Done());
        Sidecar.OnInvoke("payments", "POST", $"/internal/v1/payment-methods/{ForeignCard}:check", _ => FakeAnswer.Rejected("payment_method_unknown"));
        Sidecar.OnInvoke("users", "GET", "/api/v1/users/me", _ => FakeAnswer.Ok(new { id = Guid.NewGuid(), email = "x", address = Home }));
    }

    public static object Home { get; } = new { street = "1 Long Road", city = "Leeds", state = "York", zipCode = "LS1", country = "GB" };

    /// <summary>The body of an order.</summary>
    public static object Body(Guid? product = null, int quantity = 2, Guid? card = null) =>
        new { items = new[] { new { productId = product ?? Guid.NewGuid(), quantity } }, paymentMethodId = card ?? Guid.NewGuid() };

    /// <summary>Places an order.</summary>
    public async Task<HttpResponseMessage> PostAsync(Guid user, object body, string? key = null, string? prefer = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders") { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", key ?? Guid.NewGuid().ToString());
        if (prefer is not null)
        {
            request.Headers.Add("Prefer", prefer);
        }

        return await ClientFor(user).SendAsync(request);
    }

    /// <summary>Places an order and returns its id.</summary>
    public async Task<Guid> OrderAsync(Guid user)
    {
        using var answer = await PostAsync(user, Body());
        answer.StatusCode.Should().Be(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return (await JsonAsync(answer)).GetProperty("id").GetGuid();
    }

    /// <summary>Cancels an order.</summary>
    public async Task<HttpResponseMessage> CancelAsync(Guid user, Guid order) => await ClientFor(user).PostAsJsonAsync($"/api/v1/orders/{order}/cancel", new { reason = "changed my mind" });

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => await answer.Content.ReadFromJsonAsync<JsonElement>();

    public async Task<JsonElement> GetAsync(Guid user, Guid order, string part = "", params string[] roles) =>
        await ClientFor(user, roles).GetFromJsonAsync<JsonElement>($"/api/v1/orders/{order}{part}");

    protected override void ConfigureServices(IServiceCollection services)
    {
        services.Remove(services.Single(service => service.ImplementationType == typeof(WorkflowOutboxHandler)));
        services.AddSingleton<IOutboxHandler>(Workflows);
    }

    private static decimal PriceOf(Guid product) => product == Free ? 0 : product == Dear ? 9_999_999_999.99m : 10.25m;

    private static FakeAnswer Prices(FakeRequest request)
    {
        var ids = request.Json.GetProperty("ids").EnumerateArray().Select(id => id.GetGuid()).ToList();
        return FakeAnswer.Done(new { items = ids.Where(id => id != Unknown).Select(id => new { productId = id, price = PriceOf(id), currency = "EUR" }), missing = ids.Where(id => id == Unknown) });
    }
}
