using System.Net;
using System.Net.Http.Json;

namespace Users.Tests.Profiles;

[Collection(UsersCollection.Name)]
public sealed class ProfileTests(UsersFixture service)
{
    [Fact]
    public async Task Get_OwnerAndAdmin_SeeTheUserAndNobodyElse()
    {
        var (id, _, tokens) = await service.UserAsync();
        var (_, _, strangersTokens) = await service.UserAsync();
        using var owner = service.ClientWith(tokens);
        using var stranger = service.ClientWith(strangersTokens);
        using var admin = await service.DemoClientAsync("admin");
        using var staff = await service.DemoClientAsync("operator");

        (await owner.GetAsync($"/api/v1/users/{id}")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await admin.GetAsync($"/api/v1/users/{id}")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await stranger.GetAsync($"/api/v1/users/{id}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await staff.GetAsync($"/api/v1/users/{id}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await service.Client.GetAsync($"/api/v1/users/{id}")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await admin.GetAsync($"/api/v1/users/{Guid.NewGuid()}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await owner.GetAsync("/api/v1/users/nonsense")).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Get_WithItsETag_IsNotModified()
    {
        var (_, _, tokens) = await service.UserAsync();
        using var client = service.ClientWith(tokens);
        var tag = (await client.GetAsync("/api/v1/users/me")).Headers.ETag!.ToString();
        client.DefaultRequestHeaders.TryAddWithoutValidation("If-None-Match", tag);

        (await client.GetAsync("/api/v1/users/me")).StatusCode.Should().Be(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task Put_Profile_ChangesItOncePerVersion()
    {
        var (id, _, tokens) = await service.UserAsync();
        using var client = service.ClientWith(tokens);
        var tag = (await client.GetAsync("/api/v1/users/me")).Headers.ETag!.ToString();
        client.DefaultRequestHeaders.TryAddWithoutValidation("If-Match", tag);
        var profile = new { firstName = "Neu", lastName = "Name", address = new { street = "Weg 1", city = "Ort", zipCode = "1", country = "AT" } };

        var first = await client.PutAsJsonAsync("/api/v1/users/me", profile);
        var second = await client.PutAsJsonAsync("/api/v1/users/me", profile);

        first.StatusCode.Should().Be(HttpStatusCode.OK);
        (await UsersFixture.JsonAsync(first)).GetProperty("address").GetProperty("country").GetString().Should().Be("AT");
        second.StatusCode.Should().Be(HttpStatusCode.PreconditionFailed);
        (await UsersFixture.CodeAsync(second)).Should().Be("version_conflict");
        await Eventually.TrueAsync(
            () => service.Sidecar.Published.Any(message => message.Type == "user.updated" && message.Subject == id.ToString()), "user.updated is published");
    }

    [Fact]
    public async Task Put_OfAnotherUserOrWithBadFields_IsRefused()
    {
        var (id, _, _) = await service.UserAsync();
        var (_, _, tokens) = await service.UserAsync();
        using var stranger = service.ClientWith(tokens);

        (await stranger.PutAsJsonAsync($"/api/v1/users/{id}", new { firstName = "A", lastName = "B" })).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await stranger.PutAsJsonAsync("/api/v1/users/me", new { firstName = "A" })).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await stranger.PutAsJsonAsync("/api/v1/users/me", new { firstName = "A", lastName = "B", roles = new[] { "admin" } })).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }
}
