using System.Net;

namespace Users.Tests.Login;

[Collection(UsersCollection.Name)]
public sealed class LoginLockTests(UsersFixture service)
{
    private const string Wrong = "not the password";

    [Fact]
    public async Task LogIn_FiveFailures_LockThePairButNoOtherAddress()
    {
        var (_, email, _) = await service.UserAsync();
        await FailAsync(email, "198.51.100.1", 5);

        var locked = await service.LogInAsync(email, ip: "198.51.100.1");

        locked.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        (await UsersFixture.CodeAsync(locked)).Should().Be("login_locked");
        locked.Headers.RetryAfter!.Delta!.Value.Should().BeCloseTo(TimeSpan.FromMinutes(15), TimeSpan.FromSeconds(30));
        (await service.LogInAsync(email, ip: "198.51.100.2")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task LogIn_FailuresThroughSeveralSidecars_CountForTheClientsAddress()
    {
        var (_, email, _) = await service.UserAsync();
        for (var sidecar = 1; sidecar <= 5; sidecar++)
        {
            await FailAsync(email, $"198.51.100.9, 10.0.0.{sidecar}", 1);
        }

        (await service.LogInAsync(email, ip: "198.51.100.9")).StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task LogIn_FourFailuresThenSuccess_StartsCountingAnew()
    {
        var (_, email, _) = await service.UserAsync();
        await FailAsync(email, "198.51.100.3", 4);
        (await service.LogInAsync(email, ip: "198.51.100.3")).StatusCode.Should().Be(HttpStatusCode.OK);
        await FailAsync(email, "198.51.100.3", 4);

        (await service.LogInAsync(email, ip: "198.51.100.3")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task LogIn_UnknownEmail_LocksLikeAKnownOne()
    {
        var email = service.NewEmail();
        await FailAsync(email, "198.51.100.4", 5);

        (await service.LogInAsync(email, ip: "198.51.100.4")).StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task LogIn_LockOver_WorksAgain()
    {
        var (_, email, _) = await service.UserAsync();
        await FailAsync(email, "198.51.100.6", 5);
        await service.Database.ExecuteAsync("UPDATE login_failures SET locked_until = now() - interval '1 second' WHERE locked_until IS NOT NULL");

        (await service.LogInAsync(email, Wrong, "198.51.100.6")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await service.LogInAsync(email, ip: "198.51.100.6")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task LogIn_FailuresLongAgo_CountNoMore()
    {
        var (_, email, _) = await service.UserAsync();
        await FailAsync(email, "198.51.100.7", 4);
        await service.Database.ExecuteAsync("UPDATE login_failures SET first_failed_at = first_failed_at - interval '16 minutes'");

        await FailAsync(email, "198.51.100.7", 1);

        (await service.LogInAsync(email, ip: "198.51.100.7")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Failures_Stored_HoldNeitherEmailNorAddress()
    {
        var email = service.NewEmail();
        await FailAsync(email, "198.51.100.8", 1);

        var rows = await service.Database.QueryAsync<string>("SELECT f::text FROM login_failures f");

        rows.Should().NotBeEmpty();
        rows.Should().NotContain(row => row.Contains("example.org") || row.Contains("198.51.100"));
    }

    private async Task FailAsync(string email, string ip, int times)
    {
        for (var n = 0; n < times; n++)
        {
            (await service.LogInAsync(email, Wrong, ip)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        }
    }
}
