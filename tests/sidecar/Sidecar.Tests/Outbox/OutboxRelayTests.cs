using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Components;
using Sidecar.Outbox;
using Sidecar.PubSub;
using Sidecar.Resiliency;
using Sidecar.State;
using Sidecar.Telemetry;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Outbox;

/// <summary>The outbox over a broker that keeps messages, with crashes between its steps: a process that crashed is an outbox whose relay is made anew.</summary>
public sealed class OutboxRelayTests : IAsyncLifetime
{
    private const string Internal = "defaultapponboutbox";
    private readonly string _topic = $"events-{Guid.NewGuid():N}";
    private readonly InMemoryStateStore _store = new(new ComponentSpec("mem", "state.in-memory", "v1", NoFields, "mem.yaml"), TestContext.Component());
    private readonly ConcurrentQueue<CloudEvent> _published = new();
    private RedisBroker _redis = null!;

    private static Dictionary<string, string> NoFields => new(StringComparer.OrdinalIgnoreCase);

    private string InternalTopic => Internal + _topic;

    public async Task InitializeAsync()
    {
        _redis = new RedisBroker(Spec(), TestContext.Component());
        await _redis.StartAsync(CancellationToken.None);
        await _redis.SubscribeAsync(
            _topic,
            (message, _) =>
            {
                _published.Enqueue(CloudEvent.Parse(message.Data, out var _)!);
                return Task.FromResult(DeliveryOutcome.Done);
            },
            CancellationToken.None);
    }

    public async Task DisposeAsync() => await _redis.DisposeAsync();

    [Fact]
    public async Task Crash_AfterTheCommit_PublishesWhenTheNextProcessStarts()
    {
        (await TransactAsync(changes => _store.TransactAsync(changes, CancellationToken.None))).Should().BeNull();

        await using var relay = await RelayAsync();

        await Eventually.TrueAsync(() => _published.Count == 1, "the event goes out");
        _published.Single()["data"].Should().Be("x");
        await Eventually.TrueAsync(async () => await MarkerAsync() is null, "the marker goes");
    }

    [Fact]
    public async Task Crash_WhileTheStoreCommits_PublishesBecauseTheMarkerIsThere()
    {
        var act = () => TransactAsync(async changes =>
        {
            await _store.TransactAsync(changes, CancellationToken.None);
            throw new IOException("the connection broke before the answer");
        });
        await act.Should().ThrowAsync<IOException>();

        await using var relay = await RelayAsync();

        await Eventually.TrueAsync(() => _published.Count == 1, "the event goes out");
    }

    [Fact]
    public async Task Crash_BeforeTheCommit_NeverPublishes()
    {
        var act = () => TransactAsync(_ => throw new IOException("crash"));
        await act.Should().ThrowAsync<IOException>();
        var handled = new ConcurrentQueue<DeliveryOutcome>();

        await using var relay = await RelayAsync(outcomes: handled, late: true);

        await Eventually.TrueAsync(() => handled.Count >= 2, "it is looked up again and again");
        handled.ToArray().Should().AllBeEquivalentTo(DeliveryOutcome.Failed);
        _published.Should().BeEmpty();
    }

    [Fact]
    public async Task Crash_BeforeTheCommitWithDiscard_GivesTheEventUp()
    {
        var act = () => TransactAsync(_ => throw new IOException("crash"));
        await act.Should().ThrowAsync<IOException>();
        var handled = new ConcurrentQueue<DeliveryOutcome>();

        await using var relay = await RelayAsync(discard: true, outcomes: handled, late: true);

        await Eventually.TrueAsync(() => handled.Count == 1, "it is looked up");
        handled.Should().Equal(DeliveryOutcome.Done);
        _published.Should().BeEmpty();
    }

    [Fact]
    public async Task Publish_FailsAtFirst_IsTriedAgainUntilItIsOut()
    {
        var failures = 2;
        await TransactAsync(changes => _store.TransactAsync(changes, CancellationToken.None));

        await using var relay = await RelayAsync(beforePublish: () => Interlocked.Decrement(ref failures) >= 0 ? throw new IOException("broker down") : true);

        await Eventually.TrueAsync(() => _published.Count == 1, "the event goes out");
        failures.Should().BeLessThan(0);
    }

    [Fact]
    public async Task Repetition_OfACommitWhoseAnswerWasLost_PublishesAlthoughItIsRefused()
    {
        var retries = new Policy(TimeSpan.Zero, RetryPolicy.Default with { Pause = TimeSpan.Zero, MaxRetries = 5 }, null, TimeProvider.System, () => 0);
        var transactions = new OutboxTransactions();
        await using var store = new LostAnswerStore(_store);

        (await TransactAsync(store, retries, transactions))!.Kind.Should().Be(StateFailureKind.ETagMismatch);
        await using var relay = await RelayAsync(transactions: transactions);

        await Eventually.TrueAsync(() => _published.Count == 1, "the event goes out");
    }

    [Fact]
    public async Task Commit_ThatWasNeverSent_IsOverAtOnce()
    {
        var (handled, transactions) = (new ConcurrentQueue<DeliveryOutcome>(), new OutboxTransactions());
        var act = () => TransactAsync(_store, new OpenCircuit(), transactions);
        await act.Should().ThrowAsync<CircuitOpenException>();

        await using var relay = await RelayAsync(outcomes: handled, late: true, transactions: transactions);

        await Eventually.TrueAsync(() => !handled.IsEmpty, "it is handled");
        handled.Should().Equal(DeliveryOutcome.Done);
        _published.Should().BeEmpty();
    }

    private async Task<StateItem?> MarkerAsync() => await _store.GetAsync(_published.Single()["id"]!, CancellationToken.None);

    private Task<StateFailure?> TransactAsync(Func<IReadOnlyList<StateOperation>, Task<StateFailure?>> commit)
    {
        var outbox = new StateOutbox(Options(discard: false), "app", InternalTopic, _ => Broker(), new OutboxTransactions(), TimeProvider.System);
        var set = new SetOperation("app||o1", "\"x\""u8.ToArray(), Binary: false, null, "", "", NoFields);
        return outbox.TransactAsync([set], TraceContext.None, (changes, attempts) => attempts.RunAsync(() => commit(changes)), CancellationToken.None);
    }

    private async Task<StateFailure?> TransactAsync(IStateStore store, IPolicy policy, OutboxTransactions transactions)
    {
        var loaded = new LoadedStateStore("mem", null!, store, policy)
        {
            Outbox = new StateOutbox(Options(discard: false), "app", InternalTopic, _ => Broker(), transactions, TimeProvider.System),
        };
        var set = new SetOperation("app||o1", "\"x\""u8.ToArray(), Binary: false, null, "", "", NoFields);
        return await loaded.ExecuteTransactionAsync([set], TraceContext.None, CancellationToken.None);
    }

    private async Task<IBrokerSubscription> RelayAsync(
        bool discard = false, ConcurrentQueue<DeliveryOutcome>? outcomes = null, bool late = false, Func<bool>? beforePublish = null, OutboxTransactions? transactions = null)
    {
        var clock = late ? new LateClock() : TimeProvider.System;
        var relay = new OutboxRelay(Options(discard), _store, _ => beforePublish?.Invoke() ?? true ? Broker() : null, transactions ?? new OutboxTransactions(), clock, NullLogger.Instance);
        return await _redis.SubscribeAsync(
            InternalTopic,
            async (message, token) =>
            {
                var outcome = await relay.HandleAsync(message, token);
                outcomes?.Enqueue(outcome);
                return outcome;
            },
            CancellationToken.None);
    }

    private OutboxOptions Options(bool discard) => new("ps", _topic, "ps", discard);

    private LoadedBroker Broker() => new(Spec(), _redis, TopicScopes.From(Spec(), "app"), Policy.None, Policy.None);

    private static ComponentSpec Spec() => new(
        "ps",
        "pubsub.redis",
        "v1",
        new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["redisHost"] = TestServers.RedisHost,
            ["redisPassword"] = TestServers.RedisPassword,
            ["processingTimeout"] = "100ms",
            ["redeliverInterval"] = "50",
        },
        "ps.yaml");

    // Commits, but the answer is lost; what comes again is refused, as by an etag that has changed since.
    private sealed class LostAnswerStore(InMemoryStateStore store) : IStateStore
    {
        private bool _isCommitted;

        public IReadOnlyList<string> Capabilities => store.Capabilities;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<StateItem?> GetAsync(string key, CancellationToken cancellationToken) => store.GetAsync(key, cancellationToken);

        public Task<IReadOnlyList<StateItem?>> GetAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) => store.GetAsync(keys, cancellationToken);

        public Task<StateFailure?> ApplyAsync(StateOperation operation, CancellationToken cancellationToken) => store.ApplyAsync(operation, cancellationToken);

        public async Task<StateFailure?> TransactAsync(IReadOnlyList<StateOperation> operations, CancellationToken cancellationToken)
        {
            if (_isCommitted)
            {
                return StateFailure.Mismatch();
            }

            _isCommitted = true;
            await store.TransactAsync(operations, cancellationToken);
            throw new IOException("the connection broke before the answer");
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class OpenCircuit : IPolicy
    {
        public bool Retries => true;

        public Task<T> ExecuteAsync<T>(Func<CancellationToken, Task<T>> attempt, Func<T, AttemptOutcome> judge, CancellationToken cancellationToken) => throw new CircuitOpenException();
    }

    // So late that no transaction of now can still be under way.
    private sealed class LateClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddHours(1);
    }
}
