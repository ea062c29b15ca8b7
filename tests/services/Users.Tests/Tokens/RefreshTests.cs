using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Users.Tests.Tokens;

[Collection(UsersCollection.Name)]
public sealed class RefreshTests(UsersFixture service)
{
    [Fact]
    public async Task Refresh_NewToken_GivesAPairThatWorks()
    {
        var (id, _, tokens) = await service.UserAsync();

        var answer = await RefreshAsync(Token(tokens));

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        var pair = await UsersFixture.JsonAsync(answer);
        pair.GetProperty("userId").GetGuid().Should().Be(id);
        Token(pair).Should().NotBe(Token(tokens));
        using var client = service.ClientWith(pair);
        (await client.GetAsync("/api/v1/users/me")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Refresh_UsedToken_EndsTheWholeFamily()
    {
        var (_, _, tokens) = await service.UserAsync();
        var next = await UsersFixture.JsonAsync(await RefreshAsync(Token(tokens)));

        var again = await RefreshAsync(Token(tokens));

        again.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await UsersFixture.CodeAsync(again)).Should().Be("token_revoked");
        (await RefreshAsync(Token(next))).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Refresh_TwiceAtOnce_SucceedsOnceAtMost()
    {
        var (_, _, tokens) = await service.UserAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => RefreshAsync(Token(tokens))));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).Should().Be(1);
    }

    [Fact]
    public async Task Refresh_OtherLogin_IsNotTouchedByTheFamilysEnd()
    {
        var (_, email, tokens) = await service.UserAsync();
        var other = await UsersFixture.JsonAsync(await service.LogInAsync(email));
        await RefreshAsync(Token(tokens));
        await RefreshAsync(Token(tokens));

        (await RefreshAsync(Token(other))).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Refresh_ExpiredUnknownOrMissing_IsRefused()
    {
        var (id, _, tokens) = await service.UserAsync();
        await service.Database.ExecuteAsync("UPDATE refresh_tokens SET expires_at = now() WHERE user_id = @id", new { id });

        (await UsersFixture.CodeAsync(await RefreshAsync(Token(tokens)))).Should().Be("token_expired");
        (await UsersFixture.CodeAsync(await RefreshAsync("unknown"))).Should().Be("unauthenticated");
        (await service.Client.PostAsJsonAsync("/api/v1/auth/refresh", new { })).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task RefreshToken_Stored_IsAHash()
    {
        var (id, _, tokens) = await service.UserAsync();

        var rows = await service.Database.QueryAsync<string>("SELECT t::text FROM refresh_tokens t WHERE user_id = @id", new { id });

        rows.Should().ContainSingle().Which.Should().NotContain(Token(tokens));
    }

    private Task<HttpResponseMessage> RefreshAsync(string refreshToken) => service.Client.PostAsJsonAsync("/api/v1/auth/refresh", new { refreshToken });

    private static string Token(JsonElement tokens) => tokens.GetProperty("refreshToken").GetString()!;
}
