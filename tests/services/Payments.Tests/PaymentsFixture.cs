using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServiceTesting;

namespace Payments.Tests;

/// <summary>Payments on a database of its own, with a processor in memory behind its sidecar.</summary>
public sealed class PaymentsFixture() : ServiceFixture<Program>("payments")
{
    public const string Approved = "4242424242424242";

    public FakeProcessor Processor { get; } = new();

    public RecordedLogs Logs { get; } = new();

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [new("Logging:LogLevel:Default", "Trace"), new("Logging:LogLevel:Microsoft", "Trace"), new("Logging:LogLevel:System", "Trace")];

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Sidecar.OnInvoke("payment-processor", "*", "/v1/*", Processor.AnswerAsync);
    }

    /// <summary>The body that adds a card.</summary>
    public static object Card(string number = Approved, string cvc = "123") => new { type = "card", number, expMonth = 12, expYear = 2040, cvc, holder = "Bea Buyer" };

    /// <summary>A user's new card.</summary>
    public async Task<Guid> AddCardAsync(Guid user, string number = Approved)
    {
        using var answer = await ClientFor(user).PostAsJsonAsync("/api/v1/payment-methods", Card(number));
        answer.StatusCode.Should().Be(System.Net.HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
    }

    /// <summary>Calls a step as the saga does.</summary>
    public async Task<(int Status, JsonElement Body)> StepAsync(Guid order, string step, object? body = null, string tenant = "default")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/internal/v1/payments/{order}:{step}") { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", $"saga:{order}:{step}");
        using var answer = await InternalClient(tenant: tenant).SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    /// <summary>The payment step's body.</summary>
    public static object Process(Guid user, Guid card, decimal amount = 12.50m) => new { userId = user, amount, currency = "EUR", paymentMethodId = card };

    /// <summary>The payments of an order as the user sees them.</summary>
    public async Task<JsonElement[]> PaymentsAsync(Guid user, Guid order, params string[] roles) =>
        [.. (await ClientFor(user, roles).GetFromJsonAsync<JsonElement>($"/api/v1/payments?orderId={order}")).GetProperty("items").EnumerateArray()];

    protected override void ConfigureServices(IServiceCollection services) => services.AddSingleton<ILoggerProvider>(Logs);
}
