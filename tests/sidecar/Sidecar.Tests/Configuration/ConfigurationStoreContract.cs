using System.Collections.Concurrent;
using Sidecar.Configuration;

namespace Sidecar.Tests.Configuration;

/// <summary>What every configuration store must do. A component's class makes the store and changes what it holds.</summary>
public abstract class ConfigurationStoreContract : IAsyncLifetime
{
    private static readonly Dictionary<string, string> NoMetadata = new(StringComparer.Ordinal);
    private readonly string _prefix = $"c{Guid.NewGuid():N}";

    private protected IConfigurationStore Store { get; private set; } = null!;

    public virtual async Task InitializeAsync()
    {
        Store = Create();
        await Store.StartAsync(CancellationToken.None);
    }

    public virtual async Task DisposeAsync() => await Store.DisposeAsync();

    [Fact]
    public async Task Get_SomeKeys_ReturnsThoseThatAreThere()
    {
        await SetAsync(Key("a"), "1", "7");
        await SetAsync(Key("b"), "2", "");

        var items = await Store.GetAsync([Key("a"), Key("missing")], NoMetadata, CancellationToken.None);

        items.Should().ContainSingle().Which.Should().Be(KeyValuePair.Create(Key("a"), ConfigurationItem.Of("1", "7")));
    }

    [Fact]
    public async Task Get_NoKeys_ReturnsAll()
    {
        await SetAsync(Key("a"), "1", "");
        await SetAsync(Key("b"), "2", "");

        var items = await Store.GetAsync([], NoMetadata, CancellationToken.None);

        items.Keys.Should().Contain([Key("a"), Key("b")]);
    }

    [Fact]
    public async Task Subscribe_KeyChanges_TellsItsValueAndNoOtherKey()
    {
        var told = new ConcurrentQueue<KeyValuePair<string, ConfigurationItem>>();
        await SetAsync(Key("a"), "old", "");
        await using var subscription = await SubscribeAsync(told, Key("a"));

        await SetAsync(Key("other"), "x", "");
        await SetAsync(Key("a"), "new", "2");

        await Eventually.TrueAsync(() => !told.IsEmpty, "the change is told");
        told.Should().ContainSingle().Which.Should().Be(KeyValuePair.Create(Key("a"), ConfigurationItem.Of("new", "2")));
    }

    [Fact]
    public async Task Subscribe_NoKeys_TellsEveryChange()
    {
        var told = new ConcurrentQueue<KeyValuePair<string, ConfigurationItem>>();
        await using var subscription = await SubscribeAsync(told);

        await SetAsync(Key("a"), "1", "");
        await SetAsync(Key("b"), "2", "");

        await Eventually.TrueAsync(() => told.Any(item => item.Key == Key("a")) && told.Any(item => item.Key == Key("b")), "both changes are told");
    }

    [Fact]
    public async Task Subscribe_Ended_TellsNothingMore()
    {
        var (ended, running) = (new ConcurrentQueue<KeyValuePair<string, ConfigurationItem>>(), new ConcurrentQueue<KeyValuePair<string, ConfigurationItem>>());
        var first = await SubscribeAsync(ended, Key("a"));
        await using var second = await SubscribeAsync(running, Key("a"));

        await first.DisposeAsync();
        await SetAsync(Key("a"), "1", "");

        await Eventually.TrueAsync(() => !running.IsEmpty, "the other subscription is told");
        ended.Should().BeEmpty();
    }

    [Fact]
    public async Task Subscribe_ConnectionLost_IsRepairedAndTellsThePresentValue()
    {
        var told = new ConcurrentQueue<KeyValuePair<string, ConfigurationItem>>();
        await SetAsync(Key("a"), "present", "");
        await using var subscription = await SubscribeAsync(told, Key("a"));

        await BreakConnectionsAsync();

        await Eventually.TrueAsync(() => told.Any(item => item.Value.Value == "present"), "what may have been missed is told");
        await SetAsync(Key("a"), "later", "");
        await Eventually.TrueAsync(() => told.Any(item => item.Value.Value == "later"), "changes are told again");
    }

    [Fact]
    public async Task Subscribe_HandlerFailsOnce_IsToldAgainAndEndsInOrder()
    {
        var calls = 0;
        var told = new ConcurrentQueue<string>();
        var subscription = await Store.SubscribeAsync(
            new ConfigurationSubscription(
                [Key("a")],
                NoMetadata,
                (items, _) =>
                {
                    if (Interlocked.Increment(ref calls) == 1)
                    {
                        throw new InvalidOperationException("a fault nobody thought of");
                    }

                    told.Enqueue(items[Key("a")].Value ?? "");
                    return Task.CompletedTask;
                }),
            CancellationToken.None);

        await SetAsync(Key("a"), "1", "");

        await Eventually.TrueAsync(() => told.Contains("1"), "it is told again");
        await SetAsync(Key("a"), "2", "");
        await Eventually.TrueAsync(() => told.Contains("2"), "the subscription goes on");
        await subscription.DisposeAsync();
    }

    private protected string Key(string name) => $"{_prefix}/{name}";

    private protected abstract IConfigurationStore Create();

    private protected abstract Task SetAsync(string key, string value, string version);

    private protected abstract Task BreakConnectionsAsync();

    private Task<IAsyncDisposable> SubscribeAsync(ConcurrentQueue<KeyValuePair<string, ConfigurationItem>> told, params string[] keys) => Store.SubscribeAsync(
        new ConfigurationSubscription(
            keys,
            NoMetadata,
            (items, _) =>
            {
                foreach (var item in items)
                {
                    told.Enqueue(item);
                }

                return Task.CompletedTask;
            }),
        CancellationToken.None);
}
