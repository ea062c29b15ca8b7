using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Users.SigningKeys;

namespace Users.Tests.SigningKeys;

[Collection(UsersCollection.Name)]
public sealed class SigningKeyTests(UsersFixture service)
{
    [Fact]
    public async Task Jwks_Published_HoldsPublicHalvesOnly()
    {
        var answer = await service.Client.GetAsync("/api/v1/auth/jwks");

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        var keys = (await UsersFixture.JsonAsync(answer)).GetProperty("keys").EnumerateArray().ToList();
        keys.Should().NotBeEmpty();
        keys.Should().OnlyContain(key => key.GetProperty("kty").GetString() == "EC" && key.GetProperty("crv").GetString() == "P-256" && key.GetProperty("alg").GetString() == "ES256");
        keys.SelectMany(key => key.EnumerateObject()).Select(member => member.Name).Should().NotContain("d");
    }

    [Fact]
    public async Task Keys_AfterARestart_AreTheSameAndOldTokensStillWork()
    {
        var (_, _, tokens) = await service.UserAsync();
        var before = await KeysAsync();

        await service.StopAsync();
        await service.StartAsync();

        (await KeysAsync()).Should().Equal(before);
        using var client = service.ClientWith(tokens);
        (await client.GetAsync("/api/v1/users/me")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Keys_InstancesThatStartTogether_AgreeOnOne()
    {
        var table = service.Services.GetRequiredService<SigningKeyTable>();
        await service.Database.ExecuteAsync("UPDATE signing_keys SET retired_at = now() - interval '1 second' WHERE retired_at IS NULL");

        var loaded = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => table.LoadOrCreateAsync(CancellationToken.None)));

        loaded.Select(keys => keys.Single().Kid).Distinct().Should().ContainSingle();
        await service.Database.ExecuteAsync("UPDATE signing_keys SET retired_at = NULL");
    }

    [Fact]
    public async Task Keys_NewOneAddedAhead_IsPublishedAndSignsWhenActive()
    {
        var now = TimeProvider.System.GetUtcNow();
        var coming = SigningKey.Create(now.AddMinutes(10));
        await service.Database.ExecuteAsync(
            "INSERT INTO signing_keys (kid, algorithm, private_key, created_at, active_from) VALUES (@Kid, 'ES256', @PrivateKey, now(), @activeFrom)",
            new { coming.Kid, coming.PrivateKey, activeFrom = coming.ActiveFrom.UtcDateTime });
        var table = service.Services.GetRequiredService<SigningKeyTable>();
        using var today = new SigningKeyRing(table, TimeProvider.System);
        using var later = new SigningKeyRing(table, new ShiftedTime(TimeSpan.FromMinutes(11)));

        (await today.PublishedAsync(CancellationToken.None)).Select(key => key.Kid).Should().Contain(coming.Kid);
        (await today.CurrentAsync(CancellationToken.None)).Kid.Should().NotBe(coming.Kid);
        (await later.CurrentAsync(CancellationToken.None)).Kid.Should().Be(coming.Kid);
        await service.Database.ExecuteAsync("DELETE FROM signing_keys WHERE kid = @Kid", new { coming.Kid });
    }

    private async Task<List<string?>> KeysAsync() =>
        [.. (await UsersFixture.JsonAsync(await service.Client.GetAsync("/api/v1/auth/jwks"))).GetProperty("keys").EnumerateArray().Select(key => key.GetProperty("kid").GetString())];

    private sealed class ShiftedTime(TimeSpan shift) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + shift;
    }
}
