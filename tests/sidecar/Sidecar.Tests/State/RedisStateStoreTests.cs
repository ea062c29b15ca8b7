using Sidecar.Components;
using Sidecar.Redis;
using Sidecar.State;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.State;

public sealed class RedisStateStoreTests : StateStoreContract
{
    [Fact]
    public async Task Set_LayoutInTheDatabase_IsDaprs()
    {
        await SetAsync("k", "{\"a\":1}");
        await using var client = await TestContext.RedisAsync();

        var fields = (await client.ExecuteAsync(RedisCommand.Of("HGETALL", Key("k")), CancellationToken.None)).AsFields();

        fields.Keys.Should().BeEquivalentTo("data", "version");
        fields["data"].AsText().Should().Be("{\"a\":1}");
        fields["version"].AsText().Should().Be("1");
    }

    [Fact]
    public async Task Get_PlainStringOfSomebodyElse_HasNoETagAndCanBeReplaced()
    {
        await using var client = await TestContext.RedisAsync();
        await client.ExecuteAsync(RedisCommand.Of("SET", Key("s"), "plain"), CancellationToken.None);

        var found = await GetAsync("s");
        (await SetAsync("s", "1")).Should().BeNull();

        Text(found).Should().Be("plain");
        found!.ETag.Should().BeNull();
        (await GetAsync("s"))!.ETag.Should().Be("1");
    }

    [Fact]
    public async Task Get_HashWithoutVersion_Throws()
    {
        await using var client = await TestContext.RedisAsync();
        await client.ExecuteAsync(RedisCommand.Of("HSET", Key("h"), "data", "1"), CancellationToken.None);

        var act = () => GetAsync("h");

        await act.Should().ThrowAsync<InvalidDataException>().WithMessage("required hash field 'data' or 'version' was not found");
    }

    [Fact]
    public async Task Get_SeveralKeysOneUnreadable_ReadsTheOthers()
    {
        await using var client = await TestContext.RedisAsync();
        await client.ExecuteAsync(RedisCommand.Of("HSET", Key("h"), "data", "1"), CancellationToken.None);
        await SetAsync("k", "1");

        var items = await Store.GetAsync([Key("h"), Key("k")], CancellationToken.None);

        items[0]!.Problem.Should().Be("required hash field 'data' or 'version' was not found");
        Text(items[1]).Should().Be("1");
    }

    [Fact]
    public async Task Set_ETagThatIsNoNumber_IsInvalid()
    {
        (await SetAsync("k", "1", "abc")).Should().Be(StateFailure.Invalid("strconv.Atoi: parsing \"abc\": invalid syntax"));
    }

    [Fact]
    public async Task Set_WithoutTtl_KeepsTheOldOne()
    {
        await SetAsync("k", "1", ttl: "100");
        await SetAsync("k", "2");
        await using var client = await TestContext.RedisAsync();

        (await client.ExecuteAsync(RedisCommand.Of("TTL", Key("k")), CancellationToken.None)).Integer.Should().BeInRange(90, 100);
    }

    [Fact]
    public async Task StartAsync_NobodyListens_NamesFileAndRemedy()
    {
        await using var store = new RedisStateStore(Spec("state.redis", "v1", ("redisHost", $"127.0.0.1:{FreePort.Next()}")), TestContext.Component());

        var act = () => store.StartAsync(CancellationToken.None);

        await act.Should().ThrowAsync<ComponentException>().WithMessage("store.yaml: component 'store' (state.redis): redis store: error connecting to redis at 127.0.0.1:*");
    }

    private protected override Task<IStateStore> CreateAsync() =>
        Task.FromResult<IStateStore>(new RedisStateStore(Spec("state.redis", "v1", ("redisHost", TestServers.RedisHost), ("redisPassword", TestServers.RedisPassword)), TestContext.Component()));
}
