using System.Net;

namespace Users.Tests.Validity;

[Collection(UsersCollection.Name)]
public sealed class ValidityTests(UsersFixture service)
{
    [Fact]
    public async Task Validate_ActiveUser_AnswersStatusAndAddressAlone()
    {
        var (id, _, _) = await service.UserAsync(new { street = "Weg 1", city = "Ort", zipCode = "1", country = "AT" });

        var answer = await UsersFixture.JsonAsync(await service.ValidateAsync(id));

        answer.EnumerateObject().Select(member => member.Name).Should().BeEquivalentTo("outcome", "status", "shippingAddress");
        answer.GetProperty("outcome").GetString().Should().Be("done");
        answer.GetProperty("status").GetString().Should().Be("active");
        answer.GetProperty("shippingAddress").GetProperty("city").GetString().Should().Be("Ort");
    }

    [Fact]
    public async Task Validate_UserWithoutAddress_IsDoneWithoutOne()
    {
        var (id, _, _) = await service.UserAsync();

        var answer = await UsersFixture.JsonAsync(await service.ValidateAsync(id));

        answer.GetProperty("outcome").GetString().Should().Be("done");
        answer.TryGetProperty("shippingAddress", out _).Should().BeFalse();
    }

    [Fact]
    public async Task Validate_UnknownInactiveOrForeignUser_IsRejected()
    {
        var (inactive, _, _) = await service.UserAsync();
        await service.Database.ExecuteAsync("UPDATE users SET is_active = false WHERE id = @inactive", new { inactive });
        var (active, _, _) = await service.UserAsync();

        (await RejectionAsync(service.ValidateAsync(Guid.NewGuid()))).Should().Be("user_invalid");
        (await RejectionAsync(service.ValidateAsync(inactive))).Should().Be("user_invalid");
        (await RejectionAsync(service.ValidateAsync(active, tenant: "other"))).Should().Be("user_invalid");
    }

    [Fact]
    public async Task Validate_SameKeyLater_GetsTheStoredAnswer()
    {
        var (id, _, _) = await service.UserAsync();
        var key = $"saga:{Guid.NewGuid()}:validate";
        var first = await (await service.ValidateAsync(id, key: key)).Content.ReadAsStringAsync();
        await service.Database.ExecuteAsync("UPDATE users SET is_active = false WHERE id = @id", new { id });

        (await (await service.ValidateAsync(id, key: key)).Content.ReadAsStringAsync()).Should().Be(first);
    }

    [Fact]
    public async Task Validate_NotThroughTheSidecar_IsRefused() =>
        (await service.Client.PostAsync($"/internal/v1/users/{Guid.NewGuid()}:validate", null)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

    private static async Task<string?> RejectionAsync(Task<HttpResponseMessage> step)
    {
        var answer = await UsersFixture.JsonAsync(await step);
        answer.GetProperty("outcome").GetString().Should().Be("rejected");
        return answer.GetProperty("code").GetString();
    }
}
