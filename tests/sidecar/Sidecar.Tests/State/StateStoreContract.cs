using System.Text;
using Sidecar.Components;
using Sidecar.State;

namespace Sidecar.Tests.State;

/// <summary>What every state store must do. A component's class gives the store; keys are unique per test.</summary>
public abstract class StateStoreContract : IAsyncLifetime
{
    private readonly string _scope = Guid.NewGuid().ToString("N");

    private protected IStateStore Store { get; private set; } = null!;

    public virtual async Task InitializeAsync()
    {
        Store = await CreateAsync();
        await Store.StartAsync(CancellationToken.None);
    }

    public virtual async Task DisposeAsync() => await Store.DisposeAsync();

    [Fact]
    public async Task Get_MissingKey_IsNull()
    {
        (await GetAsync("missing")).Should().BeNull();
    }

    [Fact]
    public async Task Set_NewAndOverwritten_IsReadBackWithAnotherETag()
    {
        (await SetAsync("k", "1")).Should().BeNull();
        var first = await GetAsync("k");
        (await SetAsync("k", "\"zwei\"")).Should().BeNull();
        var second = await GetAsync("k");

        Text(first).Should().Be("1");
        Text(second).Should().Be("\"zwei\"");
        second!.ETag.Should().NotBeNullOrEmpty().And.NotBe(first!.ETag);
    }

    [Fact]
    public async Task Set_DigitsOfABigNumber_AreKept()
    {
        await SetAsync("k", "12345678901234567890");

        Text(await GetAsync("k")).Should().Be("12345678901234567890");
    }

    [Fact]
    public async Task Set_RightETag_Replaces()
    {
        await SetAsync("k", "1");
        var etag = (await GetAsync("k"))!.ETag;

        (await SetAsync("k", "2", etag)).Should().BeNull();

        Text(await GetAsync("k")).Should().Be("2");
    }

    [Fact]
    public async Task Set_StaleETag_IsAMismatchAndChangesNothing()
    {
        await SetAsync("k", "1");
        var etag = (await GetAsync("k"))!.ETag;
        await SetAsync("k", "2");

        var failure = await SetAsync("k", "3", etag);

        failure!.Kind.Should().Be(StateFailureKind.ETagMismatch);
        failure.Message.Should().StartWith("possible etag mismatch. error from state store");
        Text(await GetAsync("k")).Should().Be("2");
    }

    [Fact]
    public async Task Set_SameETagManyTimesAtOnce_OnlyOneWins()
    {
        await SetAsync("k", "0");
        var etag = (await GetAsync("k"))!.ETag;

        var failures = await Task.WhenAll(Enumerable.Range(1, 10).Select(i => SetAsync("k", i.ToString(), etag)));

        failures.Count(failure => failure is null).Should().Be(1);
    }

    [Fact]
    public async Task Set_FirstWriteTwice_FailsTheSecondTime()
    {
        (await SetAsync("k", "1", concurrency: "first-write")).Should().BeNull();

        (await SetAsync("k", "2", concurrency: "first-write")).Should().NotBeNull();

        Text(await GetAsync("k")).Should().Be("1");
    }

    [Theory]
    [InlineData("bogus", "", "unrecognized concurrency model 'bogus'")]
    [InlineData("", "nope", "unrecognized consistency model 'nope'")]
    public async Task Set_UnknownOption_IsRefused(string concurrency, string consistency, string message)
    {
        var failure = await Store.ApplyAsync(Set("k", "1") with { Concurrency = concurrency, Consistency = consistency }, CancellationToken.None);

        failure.Should().Be(StateFailure.Refused(message));
        (await GetAsync("k")).Should().BeNull();
    }

    [Fact]
    public async Task Set_WithTtl_Expires()
    {
        await SetAsync("k", "1", ttl: "1");
        (await GetAsync("k")).Should().NotBeNull();

        await Eventually.TrueAsync(async () => await GetAsync("k") is null, "the value expires", TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    public async Task Set_TtlOfZeroOrLess_NeverExpires(string ttl)
    {
        (await SetAsync("k", "1", ttl: ttl)).Should().BeNull();

        var item = await GetAsync("k");
        item.Should().NotBeNull();
        item!.Expires.Should().BeNull();
    }

    [Fact]
    public async Task Set_TtlThatIsNoNumber_IsRefused()
    {
        var failure = await SetAsync("k", "1", ttl: "abc");

        failure!.Kind.Should().Be(StateFailureKind.Refused);
        failure.Message.Should().EndWith("parsing \"abc\": invalid syntax");
        (await GetAsync("k")).Should().BeNull();
    }

    [Fact]
    public async Task Delete_ExistingAndMissing_LeavesNothing()
    {
        await SetAsync("k", "1");

        (await DeleteAsync("k")).Should().BeNull();
        (await DeleteAsync("k")).Should().BeNull();

        (await GetAsync("k")).Should().BeNull();
    }

    [Fact]
    public async Task Delete_StaleETag_IsAMismatch()
    {
        await SetAsync("k", "1");
        var etag = (await GetAsync("k"))!.ETag;
        await SetAsync("k", "2");

        (await DeleteAsync("k", etag))!.Kind.Should().Be(StateFailureKind.ETagMismatch);

        Text(await GetAsync("k")).Should().Be("2");
    }

    [Fact]
    public async Task GetMany_FoundAndMissing_InTheOrderOfTheKeys()
    {
        await SetAsync("a", "1");
        await SetAsync("b", "2");

        var items = await Store.GetAsync([Key("b"), Key("zz"), Key("a"), Key("b")], CancellationToken.None);

        items.Select(Text).Should().Equal("2", null, "1", "2");
    }

    [Fact]
    public async Task Transact_SeveralChanges_InTheirOrder()
    {
        await SetAsync("old", "1");

        var failure = await Store.TransactAsync([Set("a", "1"), Set("b", "2"), Delete("a"), Delete("old"), Set("c", "1"), Set("c", "2")], CancellationToken.None);

        failure.Should().BeNull();
        (await GetAsync("a")).Should().BeNull();
        (await GetAsync("old")).Should().BeNull();
        Text(await GetAsync("b")).Should().Be("2");
        Text(await GetAsync("c")).Should().Be("2");
    }

    [Fact]
    public async Task Transact_OneStaleETag_ChangesNothingAtAll()
    {
        await SetAsync("guard", "1");
        var stale = (await GetAsync("guard"))!.ETag;
        await SetAsync("guard", "2");
        await SetAsync("kept", "1");

        var failure = await Store.TransactAsync([Set("new", "1"), Delete("kept"), Set("guard", "3") with { ETag = stale }, Set("late", "1")], CancellationToken.None);

        failure!.Kind.Should().Be(StateFailureKind.ETagMismatch);
        (await GetAsync("new")).Should().BeNull();
        (await GetAsync("late")).Should().BeNull();
        Text(await GetAsync("kept")).Should().Be("1");
        Text(await GetAsync("guard")).Should().Be("2");
    }

    [Fact]
    public async Task Transact_BadTtlInTheLastOperation_ChangesNothingAtAll()
    {
        var failure = await Store.TransactAsync([Set("a", "1"), Set("b", "1", ttl: "abc")], CancellationToken.None);

        failure!.Kind.Should().Be(StateFailureKind.Refused);
        (await GetAsync("a")).Should().BeNull();
    }

    [Fact]
    public async Task Transact_Nothing_Succeeds()
    {
        (await Store.TransactAsync([], CancellationToken.None)).Should().BeNull();
    }

    [Fact]
    public async Task Set_BytesThatAreNotJson_ComeBackUnchanged()
    {
        byte[] bytes = [0, 255, 10, 13, 34];

        (await Store.ApplyAsync(Set("k", "") with { Value = bytes, Binary = true }, CancellationToken.None)).Should().BeNull();

        (await GetAsync("k"))!.Data.ToArray().Should().Equal(bytes);
    }

    private protected static ComponentSpec Spec(string type, string version, params (string Name, string Value)[] metadata) =>
        new("store", type, version, metadata.ToDictionary(field => field.Name, field => field.Value, StringComparer.OrdinalIgnoreCase), "store.yaml");

    private protected abstract Task<IStateStore> CreateAsync();

    private protected string Key(string key) => $"{_scope}||{key}";

    private protected Task<StateItem?> GetAsync(string key) => Store.GetAsync(Key(key), CancellationToken.None);

    private protected Task<StateFailure?> SetAsync(string key, string json, string? etag = null, string concurrency = "", string? ttl = null) =>
        Store.ApplyAsync(Set(key, json, ttl) with { ETag = etag, Concurrency = concurrency }, CancellationToken.None);

    private protected Task<StateFailure?> DeleteAsync(string key, string? etag = null) => Store.ApplyAsync(Delete(key) with { ETag = etag }, CancellationToken.None);

    private protected SetOperation Set(string key, string json, string? ttl = null)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        if (ttl is not null)
        {
            metadata["ttlInSeconds"] = ttl;
        }

        return new SetOperation(Key(key), Encoding.UTF8.GetBytes(json), Binary: false, null, "", "", metadata);
    }

    private protected DeleteOperation Delete(string key) => new(Key(key), null, "", "", new Dictionary<string, string>(StringComparer.Ordinal));

    private protected static string? Text(StateItem? item) => item is null ? null : Encoding.UTF8.GetString(item.Data.Span);
}
