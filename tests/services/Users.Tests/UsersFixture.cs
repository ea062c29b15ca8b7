using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServiceTesting;
using Users.Passwords;

namespace Users.Tests;

/// <summary>The Users service with demonstration data. Its hashes cost next to nothing, far less than a setting may say.</summary>
public class UsersFixture() : ServiceFixture<Program>("users")
{
    public const int HashRounds = 1_000;
    public const string Password = "a quite long Passphrase";

    private int _number;

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        new("environment", "Development"),
        new("Demo:Seed", "true"),
        new("Passwords:Iterations", "100000"),
    ];

    protected override void ConfigureServices(IServiceCollection services) =>
        services.AddSingleton(Options.Create(new PasswordOptions { Iterations = HashRounds }));

    public string NewEmail() => $"user-{Interlocked.Increment(ref _number)}@example.org";

    public async Task<HttpResponseMessage> RegisterAsync(string email, string password = Password, object? address = null) =>
        await Client.PostAsJsonAsync("/api/v1/users", new { email, password, firstName = "Test", lastName = "User", address });

    /// <summary>Logs in; <paramref name="ip"/> stands for the client's address behind the gateway.</summary>
    public async Task<HttpResponseMessage> LogInAsync(string email, string password = Password, string ip = "192.0.2.1")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/login") { Content = JsonContent.Create(new { email, password }) };
        request.Headers.Add("X-Forwarded-For", ip);
        return await Client.SendAsync(request);
    }

    /// <summary>A new user: id, email and the answer of its login.</summary>
    public async Task<(Guid Id, string Email, JsonElement Tokens)> UserAsync(object? address = null)
    {
        var email = NewEmail();
        (await RegisterAsync(email, address: address)).EnsureSuccessStatusCode();
        var tokens = await JsonAsync(await LogInAsync(email));
        return (tokens.GetProperty("userId").GetGuid(), email, tokens);
    }

    public HttpClient ClientWith(JsonElement tokens)
    {
        var client = new HttpClient { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.GetProperty("accessToken").GetString());
        return client;
    }

    public async Task<HttpClient> DemoClientAsync(string name) =>
        ClientWith(await JsonAsync(await LogInAsync($"{name}@demo.local", "demo-Passw0rd!")));

    public async Task<HttpResponseMessage> ValidateAsync(Guid user, string tenant = "default", string? key = null)
    {
        using var client = InternalClient("system:saga", tenant);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/internal/v1/users/{user}:validate");
        request.Headers.Add("Idempotency-Key", key ?? $"saga:{Guid.NewGuid()}:validate");
        return await client.SendAsync(request);
    }

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => JsonElement.Parse(await answer.Content.ReadAsStringAsync());

    public static async Task<string?> CodeAsync(HttpResponseMessage answer) => (await JsonAsync(answer)).GetProperty("code").GetString();
}
