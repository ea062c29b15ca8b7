using System.Net;

namespace Users.Tests.Passwords;

/// <summary>What depends on the time that a hash takes, with the lowest cost that the service accepts.</summary>
public sealed class HashCostTests(UsersFixtureAtCost service) : IClassFixture<UsersFixtureAtCost>
{
    [Fact]
    public async Task Register_Password_IsStoredAsAPbkdf2Hash()
    {
        var email = service.NewEmail();
        await service.RegisterAsync(email);

        var hash = await service.Database.ScalarAsync<string>("SELECT password_hash FROM users WHERE email = @email", new { email });

        // Identity's format 3: marker 1, HMAC-SHA512 (2), iterations, salt length 16, all big endian.
        var bytes = Convert.FromBase64String(hash);
        bytes[0].Should().Be(1);
        bytes[4].Should().Be(2);
        System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(5)).Should().Be(100_000);
        hash.Should().NotContain(UsersFixture.Password);
    }

    [Fact]
    public async Task LogIn_UnknownEmail_CostsAHashToo()
    {
        var (_, email, _) = await service.UserAsync();

        var known = TimeSpan.MaxValue;
        var unknown = TimeSpan.MaxValue;

        // In turn, and the fastest of each, so that a busy machine slows both alike.
        for (var n = 0; n < 5; n++)
        {
            known = Min(known, await TimeAsync(service.LogInAsync(email, "not the password", ip: $"192.0.2.{100 + n}")));
            unknown = Min(unknown, await TimeAsync(service.LogInAsync($"nobody-{n}@example.org", "not the password", ip: $"192.0.2.{100 + n}")));
        }

        // A hash takes tens of milliseconds, the rest of a login a few: without one the unknown email would be several times faster.
        unknown.Should().BeGreaterThan(known / 3);
    }

    [Fact]
    public async Task LogIn_ManyGuessesAtOnce_LockThePair()
    {
        var (_, email, _) = await service.UserAsync();

        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => service.LogInAsync(email, "not the password", "198.51.100.5")));

        (await service.LogInAsync(email, ip: "198.51.100.5")).StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
    }

    private static async Task<TimeSpan> TimeAsync(Task<HttpResponseMessage> login)
    {
        var start = TimeProvider.System.GetTimestamp();
        (await login).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        return TimeProvider.System.GetElapsedTime(start);
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
