using Sidecar.Redis;
using Sidecar.State;
using Sidecar.Tests.Redis;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.State;

/// <summary>A connection that breaks while a change is under way: it is made again where that comes to the same.</summary>
public sealed class RedisStateRepetitionTests
{
    [Fact]
    public async Task Change_WithoutCondition_IsMadeAgain()
    {
        await using var server = new BreakingRedis((command, time) => command == "EVALSHA" && time % 2 == 1);
        await using var store = new RedisStateStore(server.Component("state.redis"), TestContext.Component());
        await store.StartAsync(CancellationToken.None);

        (await store.ApplyAsync(Save(), CancellationToken.None)).Should().BeNull();
        (await store.ApplyAsync(new DeleteOperation("k", null, "", "", Empty), CancellationToken.None)).Should().BeNull();
        (await store.TransactAsync([Save(), Save()], CancellationToken.None)).Should().BeNull();

        server.Received("EVALSHA").Should().Be(6);
    }

    [Theory]
    [InlineData("1", "")]
    [InlineData(null, "first-write")]
    public async Task Change_WithACondition_IsTheCallersToRepeat(string? etag, string concurrency)
    {
        await using var server = new BreakingRedis((command, _) => command == "EVALSHA");
        await using var store = new RedisStateStore(server.Component("state.redis"), TestContext.Component());
        await store.StartAsync(CancellationToken.None);

        await FluentActions.Awaiting(() => store.ApplyAsync(Save(etag, concurrency), CancellationToken.None)).Should().ThrowAsync<RedisConnectionException>();
        await FluentActions.Awaiting(() => store.TransactAsync([Save(), Save(etag, concurrency)], CancellationToken.None)).Should().ThrowAsync<RedisConnectionException>();

        server.Received("EVALSHA").Should().Be(2);
    }

    private static Dictionary<string, string> Empty => new(StringComparer.Ordinal);

    private static SetOperation Save(string? etag = null, string concurrency = "") => new("k", "1"u8.ToArray(), Binary: false, etag, concurrency, "", Empty);
}
