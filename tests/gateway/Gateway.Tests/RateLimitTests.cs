using System.Net;
using ServiceDefaults;
using ServiceTesting;

namespace Gateway.Tests;

public sealed class RateLimitTests : IAsyncLifetime
{
    private RunningGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        // One request comes back a minute: within a test, exactly the burst passes.
        _gateway = await RunningGateway.StartAsync(
            ("RateLimit:Anonymous:PerMinute", "1"),
            ("RateLimit:Anonymous:Burst", "10"),
            ("RateLimit:Free:PerMinute", "1"),
            ("RateLimit:Free:Burst", "20"),
            ("RateLimit:Professional:PerMinute", "1"),
            ("RateLimit:Professional:Burst", "40"));
        _gateway.Sidecar.OnInvoke("products", "GET", "/api/v1/products", _ => FakeAnswer.Ok(new { }));
    }

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task Anonymous_ManyAtOnce_PassExactlyTheBurst()
    {
        var responses = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _gateway.SendAsync("GET", "/api/v1/products")));

        responses.Count(response => response.StatusCode == HttpStatusCode.OK).Should().Be(10);
        var refused = responses.Where(response => response.StatusCode == HttpStatusCode.TooManyRequests).ToList();
        refused.Should().HaveCount(40);
        (await RunningGateway.CodeAsync(refused[0])).Should().Be("rate_limited");
        refused.Should().OnlyContain(response => response.Headers.RetryAfter!.Delta > TimeSpan.Zero && response.Headers.RetryAfter.Delta <= TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Answer_Always_TellsWhereTheClientStands()
    {
        using var first = await _gateway.SendAsync("GET", "/api/v1/products");
        using var second = await _gateway.SendAsync("GET", "/nowhere");

        first.Headers.GetValues("X-RateLimit-Limit").Should().Equal("1");
        first.Headers.GetValues("X-RateLimit-Remaining").Should().Equal("9");
        second.Headers.GetValues("X-RateLimit-Remaining").Should().Equal("8");
        var reset = DateTimeOffset.FromUnixTimeSeconds(long.Parse(second.Headers.GetValues("X-RateLimit-Reset").Single()));
        reset.Should().BeCloseTo(TimeProvider.System.GetUtcNow().AddMinutes(2), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Key_OfATier_ReplacesUserAndAddress()
    {
        var responses = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _gateway.SendAsync("GET", "/api/v1/products", Roles.Customer, headers: ("X-API-Key", "demo-pro"))));

        responses.Count(response => response.StatusCode == HttpStatusCode.OK).Should().Be(40);
    }

    [Fact]
    public async Task Users_WithoutKey_AreCountedEachForThemselves()
    {
        using var first = await _gateway.SendAsync("GET", "/api/v1/products", Roles.Customer);
        using var second = await _gateway.SendAsync("GET", "/api/v1/products", Roles.Customer);

        first.Headers.GetValues("X-RateLimit-Remaining").Should().Equal("19");
        second.Headers.GetValues("X-RateLimit-Remaining").Should().Equal("19");
    }

    [Fact]
    public async Task UnknownKey_WithValidToken_IsRefused()
    {
        using var response = await _gateway.SendAsync("GET", "/api/v1/products", Roles.Customer, headers: ("X-API-Key", "guess"));

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await RunningGateway.CodeAsync(response)).Should().Be("invalid_api_key");
    }

    [Fact]
    public async Task UnknownKeys_ManyAtOnce_AreCountedByAddress()
    {
        var responses = await Task.WhenAll(Enumerable.Range(0, 30).Select(number => _gateway.SendAsync("GET", "/api/v1/products", headers: ("X-API-Key", $"guess-{number}"))));

        responses.Count(response => response.StatusCode == HttpStatusCode.Unauthorized).Should().Be(10);
        responses.Count(response => response.StatusCode == HttpStatusCode.TooManyRequests).Should().Be(20);
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/metrics")]
    [InlineData("/api/v1/auth/jwks")]
    public async Task ExemptRoute_WithTheBucketEmpty_StillAnswers(string path)
    {
        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => _gateway.SendAsync("GET", "/api/v1/products")));

        using var response = await _gateway.SendAsync("GET", path);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Headers.GetValues("X-RateLimit-Remaining").Should().Equal("0");
    }

    [Fact]
    public async Task Settings_AllWrong_AreReportedTogetherAndNothingStarts()
    {
        var start = () => RunningGateway.StartAsync(("RateLimit:Free:Burst", "many"), ("Breaker:Failures", "0"), ("ApiKeys:0:Name", "x"));

        await start.Should().ThrowAsync<InvalidOperationException>();
    }
}
