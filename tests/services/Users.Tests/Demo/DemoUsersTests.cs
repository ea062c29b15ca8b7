using System.Net;

namespace Users.Tests.Demo;

[Collection(UsersCollection.Name)]
public sealed class DemoUsersTests(UsersFixture service)
{
    [Theory]
    [InlineData("admin", "admin")]
    [InlineData("operator", "operator")]
    [InlineData("customer", "customer")]
    public async Task DemoUser_LogsInAndHasItsRole(string name, string role)
    {
        using var client = await service.DemoClientAsync(name);

        var me = await UsersFixture.JsonAsync(await client.GetAsync("/api/v1/users/me"));

        me.GetProperty("roles").EnumerateArray().Select(each => each.GetString()).Should().Equal(role);
    }

    [Fact]
    public async Task DemoCustomer_HasAnAddress()
    {
        using var client = await service.DemoClientAsync("customer");

        (await UsersFixture.JsonAsync(await client.GetAsync("/api/v1/users/me"))).GetProperty("address").GetProperty("country").GetString().Should().Be("US");
    }

    [Fact]
    public async Task Start_Again_ChangesNothing()
    {
        const string state = "SELECT string_agg(u::text, ',' ORDER BY id) FROM users u WHERE email LIKE '%@demo.local'";
        var before = await service.Database.ScalarAsync<string>(state);

        await service.StopAsync();
        await service.StartAsync();

        (await service.Database.ScalarAsync<string>(state)).Should().Be(before);
        (await service.LogInAsync("customer@demo.local", "demo-Passw0rd!")).StatusCode.Should().Be(HttpStatusCode.OK);
    }
}
