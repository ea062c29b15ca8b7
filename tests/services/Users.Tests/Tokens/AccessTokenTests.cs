using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Users.Tests.Tokens;

[Collection(UsersCollection.Name)]
public sealed class AccessTokenTests(UsersFixture service)
{
    [Fact]
    public async Task AccessToken_Claims_AreThePlatforms()
    {
        var (id, _, tokens) = await service.UserAsync();

        var (header, claims) = Parts(tokens.GetProperty("accessToken").GetString()!);

        header.GetProperty("alg").GetString().Should().Be("ES256");
        header.GetProperty("kid").GetString().Should().NotBeNullOrEmpty();
        claims.GetProperty("iss").GetString().Should().Be("platform");
        claims.GetProperty("aud").GetString().Should().Be("platform");
        claims.GetProperty("sub").GetGuid().Should().Be(id);
        claims.GetProperty("tid").GetString().Should().Be("default");
        claims.GetProperty("roles").EnumerateArray().Select(role => role.GetString()).Should().Equal("customer");
        claims.GetProperty("sid").GetString().Should().NotBeNullOrEmpty();
        claims.GetProperty("jti").GetString().Should().NotBeNullOrEmpty();
        (claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64()).Should().Be(900);
    }

    [Fact]
    public async Task AccessToken_Changed_IsRefused()
    {
        var (_, _, tokens) = await service.UserAsync();
        var parts = tokens.GetProperty("accessToken").GetString()!.Split('.');
        var claims = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1])).Replace("customer", "admin", StringComparison.Ordinal);

        var answer = await GetMeAsync($"{parts[0]}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}.{parts[2]}");

        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await UsersFixture.CodeAsync(answer)).Should().Be("unauthenticated");
    }

    [Fact]
    public async Task AccessToken_OfAForeignKey_IsRefused() =>
        (await GetMeAsync(service.Tokens.Mint(Guid.NewGuid()))).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

    private async Task<HttpResponseMessage> GetMeAsync(string token)
    {
        using var client = new HttpClient { BaseAddress = service.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await client.GetAsync("/api/v1/users/me");
    }

    private static (JsonElement Header, JsonElement Claims) Parts(string token)
    {
        var parts = token.Split('.');
        return (JsonElement.Parse(Base64Url.DecodeFromChars(parts[0])), JsonElement.Parse(Base64Url.DecodeFromChars(parts[1])));
    }
}
