using Sidecar.Components;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Components;

/// <summary><c>ignoreErrors</c>: the sidecar goes on without a component that cannot be made or connected.</summary>
public sealed class IgnoreErrorsTests
{
    [Theory]
    [InlineData("state.redis", "redisHost", "127.0.0.1:1")]
    [InlineData("state.redis", "redisDB", "no number")]
    [InlineData("state.nosuch", "x", "y")]
    [InlineData("pubsub.redis", "redisHost", "127.0.0.1:1")]
    [InlineData("lock.redis", "redisHost", "127.0.0.1:1")]
    [InlineData("secretstores.local.file", "secretsFile", "/nowhere.json")]
    public async Task Start_BrokenComponent_GoesOnWithoutItWhenToldTo(string type, string field, string value)
    {
        var broken = RunningSidecar.Component("broken", type, (field, value));
        var good = RunningSidecar.Component("mem", "state.in-memory");

        await using var sidecar = await RunningSidecar.StartAsync(new RunScope(), "app", appPort: null, good, broken.Replace("spec:", "spec:\n  ignoreErrors: true", StringComparison.Ordinal));

        (await sidecar.SendAsync("GET", "/v1.0/state/mem/k")).Status.Should().Be(204);
        (await sidecar.SendAsync("GET", "/v1.0/metadata")).Body.Should().Contain("\"mem\"").And.NotContain("broken");
        await FluentActions.Awaiting(() => RunningSidecar.StartAsync(new RunScope(), "app", appPort: null, good, broken)).Should().ThrowAsync<SidecarStartException>();
    }
}
