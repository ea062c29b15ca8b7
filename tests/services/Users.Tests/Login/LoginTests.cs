using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Users.Tests.Login;

[Collection(UsersCollection.Name)]
public sealed class LoginTests(UsersFixture service)
{
    [Fact]
    public async Task LogIn_RightPassword_HandsOutTokensThatWork()
    {
        var (id, email, tokens) = await service.UserAsync();

        tokens.GetProperty("tokenType").GetString().Should().Be("Bearer");
        tokens.GetProperty("expiresIn").GetInt32().Should().Be(900);
        tokens.GetProperty("refreshToken").GetString().Should().HaveLength(43);
        using var client = service.ClientWith(tokens);
        var me = await UsersFixture.JsonAsync(await client.GetAsync("/api/v1/users/me"));
        me.GetProperty("id").GetGuid().Should().Be(id);
        me.GetProperty("email").GetString().Should().Be(email);
    }

    [Fact]
    public async Task LogIn_EmailInOtherLetters_Works()
    {
        var (_, email, _) = await service.UserAsync();

        (await service.LogInAsync(email.ToUpperInvariant())).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task LogIn_WrongPasswordUnknownEmailInactiveUser_GetTheSameAnswer()
    {
        var (id, email, _) = await service.UserAsync();
        var (inactiveId, inactive, _) = await service.UserAsync();
        await service.Database.ExecuteAsync("UPDATE users SET is_active = false WHERE id = @inactiveId", new { inactiveId });

        var answers = new[]
        {
            await service.LogInAsync(email, "not the password", ip: "192.0.2.20"),
            await service.LogInAsync(service.NewEmail(), ip: "192.0.2.20"),
            await service.LogInAsync(inactive, ip: "192.0.2.20"),
        };

        answers.Should().OnlyContain(answer => answer.StatusCode == HttpStatusCode.Unauthorized);
        var texts = await Task.WhenAll(answers.Select(async answer => (await UsersFixture.JsonAsync(answer)).GetProperty("detail").GetString()));
        texts.Distinct().Should().ContainSingle();
    }

    [Fact]
    public async Task LogIn_NothingGiven_NamesEveryField()
    {
        var answer = await service.Client.PostAsJsonAsync("/api/v1/auth/login", new { });

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await UsersFixture.JsonAsync(answer)).GetProperty("errors").EnumerateObject().Select(field => field.Name).Should().BeEquivalentTo("email", "password");
    }

    [Fact]
    public async Task LogIn_WithAGarbledOldToken_IsNotDisturbedByIt()
    {
        var (_, email, _) = await service.UserAsync();
        using var client = new HttpClient { BaseAddress = service.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "garbled");

        var answer = await client.PostAsJsonAsync("/api/v1/auth/login", new { email, password = UsersFixture.Password });

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task LogIn_UserOfAnotherTenant_GetsATokenOfThatTenant()
    {
        var (id, email, _) = await service.UserAsync();
        await service.Database.ExecuteAsync("DELETE FROM refresh_tokens WHERE user_id = @id; UPDATE users SET tenant_id = 'other' WHERE id = @id", new { id });

        var tokens = await UsersFixture.JsonAsync(await service.LogInAsync(email));

        using var client = service.ClientWith(tokens);
        (await client.GetAsync("/api/v1/users/me")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await service.Database.ScalarAsync<string>("SELECT DISTINCT tenant_id FROM refresh_tokens WHERE user_id = @id", new { id })).Should().Be("other");
    }

    [Fact]
    public async Task LogIn_HashOfFewerRounds_IsRaised()
    {
        var (id, email, _) = await service.UserAsync();
        var weak = new Microsoft.AspNetCore.Identity.PasswordHasher<object>(
            Microsoft.Extensions.Options.Options.Create(new Microsoft.AspNetCore.Identity.PasswordHasherOptions { IterationCount = UsersFixture.HashRounds / 2 })).HashPassword(new object(), UsersFixture.Password);
        await service.Database.ExecuteAsync("UPDATE users SET password_hash = @weak WHERE id = @id", new { id, weak });

        (await service.LogInAsync(email)).StatusCode.Should().Be(HttpStatusCode.OK);

        (await service.Database.ScalarAsync<string>("SELECT password_hash FROM users WHERE id = @id", new { id })).Should().NotBe(weak);
        (await service.LogInAsync(email)).StatusCode.Should().Be(HttpStatusCode.OK);
    }
}
