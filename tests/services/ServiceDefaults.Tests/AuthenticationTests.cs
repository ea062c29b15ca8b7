using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;

namespace ServiceDefaults.Tests;

[Collection(ProbeCollection.Name)]
public sealed class AuthenticationTests(ProbeFixture probe)
{
    [Fact]
    public async Task UserEndpoint_WithoutToken_IsUnauthenticated()
    {
        using var response = await probe.Client.GetAsync($"/things/{Guid.NewGuid()}");

        await ErrorAnswerTests.AssertProblemAsync(response, 401, "unauthenticated");
        response.Headers.WwwAuthenticate.Should().NotBeEmpty();
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("a.b.c")]
    [InlineData("eyJhbGciOiJub25lIn0.e30.")]
    [InlineData("")]
    public async Task AnyEndpoint_WithGarbledToken_IsUnauthenticated(string token)
    {
        using var response = await GetAsync("/whoami", token);

        await ErrorAnswerTests.AssertProblemAsync(response, 401, "unauthenticated");
    }

    [Fact]
    public async Task AnyEndpoint_WithExpiredToken_SaysSo()
    {
        using var response = await GetAsync("/whoami", probe.Tokens.Mint(Guid.NewGuid(), lifetime: TimeSpan.FromMinutes(-1)));

        await ErrorAnswerTests.AssertProblemAsync(response, 401, "token_expired");
    }

    [Fact]
    public async Task AnyEndpoint_WithTokenJustExpired_AllowsForClockSkew()
    {
        using var response = await GetAsync("/whoami", probe.Tokens.Mint(Guid.NewGuid(), lifetime: TimeSpan.FromSeconds(-10)));

        response.EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task AnyEndpoint_WithForgedSignature_IsUnauthenticated()
    {
        using var forger = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        using var response = await GetAsync("/whoami", probe.Tokens.Mint(Guid.NewGuid(), [Roles.Admin], key: forger));

        await ErrorAnswerTests.AssertProblemAsync(response, 401, "unauthenticated");
    }

    [Fact]
    public async Task AnyEndpoint_WithUnknownKey_IsUnauthenticated()
    {
        using var forger = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        using var response = await GetAsync("/whoami", probe.Tokens.Mint(Guid.NewGuid(), key: forger, keyId: "unknown"));

        await ErrorAnswerTests.AssertProblemAsync(response, 401, "unauthenticated");
    }

    [Fact]
    public async Task Login_WithExpiredToken_DoesNotLookAtIt()
    {
        using var client = new HttpClient { BaseAddress = probe.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "garbage");

        using var response = await client.PostAsync("/login", null);

        response.EnsureSuccessStatusCode();
    }

    [Theory]
    [InlineData("customer", 403)]
    [InlineData("operator", 200)]
    [InlineData("admin", 200)]
    public async Task RoleEndpoint_ByRole_AdmitsOperatorsAndAdministrators(string role, int status)
    {
        using var response = await probe.ClientFor(Guid.NewGuid(), role).GetAsync("/operators");

        ((int)response.StatusCode).Should().Be(status);
    }

    [Fact]
    public async Task RequestContext_OfUser_ComesFromTheToken()
    {
        var user = Guid.NewGuid();

        var who = await probe.ClientFor(user).GetFromJsonAsync<JsonElement>("/whoami");

        who.GetProperty("userId").GetGuid().Should().Be(user);
        who.GetProperty("tenantId").GetString().Should().Be("default");
        who.GetProperty("actor").GetString().Should().Be($"user:{user}");
    }

    [Fact]
    public async Task RequestContext_WithInternalHeadersOutside_IgnoresThem()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/whoami");
        request.Headers.Add("X-Tenant-Id", "other");
        request.Headers.Add("X-Actor", "system:attacker");

        using var response = await probe.Client.SendAsync(request);

        var who = await response.Content.ReadFromJsonAsync<JsonElement>();
        who.GetProperty("tenantId").GetString().Should().Be("default");
        who.GetProperty("actor").GetString().Should().Be("anonymous");
    }

    [Theory]
    [InlineData("/internal/v1/things/00000000-0000-0000-0000-000000000001:check")]
    [InlineData("/events/things")]
    public async Task InternalEndpoint_WithoutTheSidecarsToken_IsRefused(string path)
    {
        using var response = await probe.ClientFor(Guid.NewGuid(), Roles.Admin).PostAsync(path, null);

        await ErrorAnswerTests.AssertProblemAsync(response, 401, "unauthenticated");
    }

    [Fact]
    public async Task InternalEndpoint_CalledByTheSidecar_ActsForTheNamedSystem()
    {
        using var response = await probe.InternalClient("system:saga", "shop-2").PostAsync("/internal/v1/things/00000000-0000-0000-0000-000000000001:check", null);

        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        answer.GetProperty("outcome").GetString().Should().Be("done");
        answer.GetProperty("actor").GetString().Should().Be("system:saga");
        answer.GetProperty("tenantId").GetString().Should().Be("shop-2");
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        return await probe.Client.SendAsync(request);
    }
}
