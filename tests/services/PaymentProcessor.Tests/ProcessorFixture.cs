using System.Net.Http.Json;
using System.Text.Json;
using ServiceTesting;

namespace PaymentProcessor.Tests;

/// <summary>The simulated processor with its ledger in a sidecar's state.</summary>
public sealed class ProcessorFixture() : ServiceFixture<Program>("payment-processor")
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("Processor:SlowAnswerMilliseconds", "1500")];

    /// <summary>Calls the processor as a client's sidecar does.</summary>
    public async Task<(int Status, JsonElement Body)> CallAsync(HttpMethod method, string path, object? body = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var answer = await InternalClient("system:payments").SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    /// <summary>Exchanges a card for its token.</summary>
    public async Task<string> TokenAsync(string number) =>
        (await CallAsync(HttpMethod.Post, "/v1/tokens", new { number, expMonth = 12, expYear = 2040 })).Body.GetProperty("token").GetString()!;

    /// <summary>Authorises 10 EUR under a key.</summary>
    public async Task<(int Status, JsonElement Body)> AuthorizeAsync(string number, string key) =>
        await CallAsync(HttpMethod.Post, "/v1/authorizations", new { token = await TokenAsync(number), amount = 10m, currency = "EUR" }, key);
}
