using System.Net;
using System.Net.Http.Json;

namespace Users.Tests.Registration;

[Collection(UsersCollection.Name)]
public sealed class RegistrationTests(UsersFixture service)
{
    [Fact]
    public async Task Register_NewUser_IsFoundAtItsLocationWithoutSecrets()
    {
        var email = service.NewEmail();

        var answer = await service.RegisterAsync(email, address: new { street = "Long Road 5", city = "Town", zipCode = "12345", country = "DE" });

        answer.StatusCode.Should().Be(HttpStatusCode.Created);
        var user = await UsersFixture.JsonAsync(answer);
        answer.Headers.Location!.ToString().Should().Be($"/api/v1/users/{user.GetProperty("id").GetGuid()}");
        user.GetProperty("email").GetString().Should().Be(email);
        user.GetProperty("roles").EnumerateArray().Select(role => role.GetString()).Should().Equal("customer");
        user.GetProperty("status").GetString().Should().Be("active");
        user.GetProperty("mfaEnabled").GetBoolean().Should().BeFalse();
        user.GetProperty("address").GetProperty("zipCode").GetString().Should().Be("12345");
        user.GetRawText().ToLowerInvariant().Should().NotContain("password").And.NotContain("hash");
    }

    [Fact]
    public async Task Register_EverythingWrong_NamesEveryField()
    {
        var body = new { email = "nobody", password = "short", firstName = "", address = new { street = "x", country = "Germany" } };

        var answer = await service.Client.PostAsJsonAsync("/api/v1/users", body);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        var problem = await UsersFixture.JsonAsync(answer);
        problem.GetProperty("code").GetString().Should().Be("validation_failed");
        problem.GetProperty("errors").EnumerateObject().Select(field => field.Name).Should().BeEquivalentTo(
            "email", "password", "firstName", "lastName", "address.city", "address.zipCode", "address.country");
    }

    [Fact]
    public async Task Register_TakenEmailInOtherLetters_IsAConflict()
    {
        var email = service.NewEmail();
        await service.RegisterAsync(email);

        var answer = await service.RegisterAsync(email.ToUpperInvariant());

        answer.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await UsersFixture.CodeAsync(answer)).Should().Be("already_exists");
    }

    [Fact]
    public async Task Register_SameEmailTenTimesAtOnce_MakesOneUser()
    {
        var email = service.NewEmail();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => service.RegisterAsync(email)));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.Created).Should().Be(1);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict).Should().Be(9);
    }

    [Fact]
    public async Task Register_Done_PublishesAnEventWithoutPersonalData()
    {
        var email = service.NewEmail();
        var id = (await UsersFixture.JsonAsync(await service.RegisterAsync(email))).GetProperty("id").GetGuid();

        var published = await Eventually.ResultAsync(
            () => Task.FromResult(service.Sidecar.Published.FirstOrDefault(message => message.Subject == id.ToString())), "user.registered is published");

        published.Type.Should().Be("user.registered");
        published.Topic.Should().Be("users");
        published.Data.EnumerateObject().Select(member => member.Name).Should().BeEquivalentTo("userId", "tenantId", "version");
    }
}
