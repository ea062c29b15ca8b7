using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows.Engine;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows;

/// <summary>What the engine relies on, for every store.</summary>
public abstract class WorkflowStoreContract : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly List<IAsyncDisposable> _opened = [];
    private IWorkflowStore _store = null!;
    private long _key;

    private long NextKey => _key += 1;

    public async Task InitializeAsync()
    {
        _store = Track(await CreateAsync("app"));
        _key = await _store.OpenAsync(default) << 32;
    }

    public async Task DisposeAsync()
    {
        foreach (var store in _opened)
        {
            await store.DisposeAsync();
        }

        await CleanUpAsync();
    }

    [Fact]
    public async Task Commit_Created_IsFoundWithEverything()
    {
        var row = Head("a", NextKey);
        await CommitAsync(commit => commit.Created.Add(row));

        var found = await _store.FindAsync("a", default);

        found.Should().BeEquivalentTo(row);
        (await _store.FindAsync("other", default)).Should().BeNull();
    }

    [Fact]
    public async Task Commit_HistoryAppended_IsReadInOrder()
    {
        var generation = NextKey;
        await CommitAsync(commit =>
        {
            commit.Created.Add(Head("a", generation));
            commit.History.AddRange([new("a", generation, 0, [1]), new("a", generation, 1, [2])]);
        });
        await CommitAsync(commit => commit.History.Add(new("a", generation, 2, [3])));

        var history = await _store.ReadHistoryAsync("a", default);

        history.Select(e => e[0]).Should().Equal(1, 2, 3);
    }

    [Fact]
    public async Task Commit_PurgedAndCreatedAgain_LeavesWhatCameIntoTheInboxWithThePurge()
    {
        var generation = NextKey;
        await CommitAsync(commit =>
        {
            commit.Created.Add(Head("a", generation));
            commit.Inbox.Add(new("a", NextKey, "7", [1]));
        });
        var upTo = NextKey;
        var kept = NextKey;
        await CommitAsync(commit =>
        {
            commit.Purged.Add(new PurgeRow("a", upTo));
            commit.Inbox.Add(new("a", kept, "7", [1]));
        });

        (await LoadAsync("a")).Inbox.Should().ContainSingle().Which.Key.Should().Be(kept);
        (await _store.FindWorkAsync(null, 10, default)).Should().Equal("a");
        await CommitAsync(commit => commit.Created.Add(Head("a", NextKey)));
        (await LoadAsync("a")).Inbox.Should().ContainSingle().Which.ExecutionId.Should().Be("7");
    }

    [Fact]
    public async Task Commit_AppliedTwice_SameResult()
    {
        var generation = NextKey;
        var commit = new StoreCommit();
        commit.Created.Add(Head("a", generation));
        commit.History.Add(new("a", generation, 0, [1]));
        commit.Inbox.AddRange([new("a", generation + 1, null, [1]), new("a", generation + 2, null, [2])]);
        commit.InboxTaken.Add(new("a", generation + 1));
        commit.Tasks.Add(new("a", generation, 0, [9]));
        commit.Timers.Add(new("a", generation, 1, Now));

        await _store.CommitAsync(commit);
        await _store.CommitAsync(commit);

        var stored = await LoadAsync("a");
        stored.History.Should().ContainSingle();
        stored.Inbox.Should().ContainSingle().Which.Key.Should().Be(generation + 2);
        stored.Tasks.Should().ContainSingle();
        (await _store.NextTimersAsync(10, default)).Should().ContainSingle();
    }

    [Fact]
    public async Task Commit_HeadOfAnotherGeneration_ChangesNothing()
    {
        var old = NextKey;
        var present = NextKey;
        await CommitAsync(commit => commit.Created.Add(Head("a", old)));
        await CommitAsync(commit => commit.Created.Add(Head("a", present)));

        await CommitAsync(commit => commit.Updated.Add(Head("a", old) with { Status = OrchestrationStatus.Failed }));

        (await _store.FindAsync("a", default))!.Status.Should().Be(OrchestrationStatus.Pending);
    }

    [Fact]
    public async Task Commit_NewGeneration_RemovesWhatTheOldOneLeft()
    {
        var old = NextKey;
        await CommitAsync(commit =>
        {
            commit.Created.Add(Head("a", old));
            commit.History.Add(new("a", old, 0, [1]));
            commit.Tasks.Add(new("a", old, 0, [1]));
            commit.Timers.Add(new("a", old, 1, Now));
            commit.Inbox.Add(new("a", NextKey, "old-run", [1]));
        });

        var present = NextKey;
        await CommitAsync(commit =>
        {
            commit.Created.Add(Head("a", present));
            commit.Tasks.Add(new("a", present, 0, [2]));
        });

        var stored = await LoadAsync("a");
        stored.History.Should().BeEmpty();
        stored.Tasks.Should().ContainSingle().Which.Generation.Should().Be(present);
        stored.Inbox.Should().ContainSingle("events wait for the instance, not for a run");
        (await _store.NextTimersAsync(10, default)).Should().BeEmpty();
    }

    [Fact]
    public async Task Commit_Updated_KeepsTheStart()
    {
        var generation = NextKey;
        await CommitAsync(commit => commit.Created.Add(Head("a", generation)));

        await CommitAsync(commit => commit.Updated.Add(Head("a", generation) with { Status = OrchestrationStatus.Completed, CompletedAt = Now, State = [7], Start = [] }));

        var found = (await _store.FindAsync("a", default))!;
        found.Status.Should().Be(OrchestrationStatus.Completed);
        found.CompletedAt.Should().Be(Now);
        found.State.Should().Equal(7);
        found.Start.Should().Equal(2);
    }

    [Fact]
    public async Task Commit_Ended_DropsOpenWorkAndKeepsHistory()
    {
        var generation = NextKey;
        await CommitAsync(commit =>
        {
            commit.Created.Add(Head("a", generation));
            commit.History.Add(new("a", generation, 0, [1]));
            commit.Tasks.Add(new("a", generation, 0, [1]));
            commit.Timers.Add(new("a", generation, 1, Now));
        });

        await CommitAsync(commit => commit.Ended.Add(new("a", generation)));

        var stored = await LoadAsync("a");
        stored.Tasks.Should().BeEmpty();
        stored.History.Should().ContainSingle();
        (await _store.NextTimersAsync(10, default)).Should().BeEmpty();
    }

    [Fact]
    public async Task Commit_Purged_RemovesEverythingUpToTheKey()
    {
        var generation = NextKey;
        await CommitAsync(commit =>
        {
            commit.Created.Add(Head("a", generation));
            commit.History.Add(new("a", generation, 0, [1]));
            commit.Inbox.Add(new("a", NextKey, null, [1]));
            commit.Tasks.Add(new("a", generation, 0, [1]));
        });
        await CommitAsync(commit => commit.Purged.Add(new("a", NextKey)));
        await CommitAsync(commit => commit.Inbox.Add(new("a", NextKey, null, [5])));

        var stored = await LoadAsync("a");

        stored.Record.Should().BeNull();
        stored.History.Should().BeEmpty();
        stored.Tasks.Should().BeEmpty();
        stored.Inbox.Should().ContainSingle().Which.Event.Should().Equal(5);
    }

    [Fact]
    public async Task NextTimers_Several_EarliestFirst()
    {
        var generation = NextKey;
        await CommitAsync(commit => commit.Timers.AddRange(
            [new("b", generation, 1, Now.AddSeconds(2)), new("a", generation, 2, Now.AddSeconds(1)), new("c", generation, 3, DateTimeOffset.MaxValue)]));

        var timers = await _store.NextTimersAsync(10, default);
        await CommitAsync(commit => commit.TimersDone.Add(new("a", generation, 2)));
        var left = await _store.NextTimersAsync(1, default);

        timers.Select(timer => timer.InstanceId).Should().Equal("a", "b", "c");
        timers[0].FireAt.Should().Be(Now.AddSeconds(1));
        left.Should().ContainSingle().Which.InstanceId.Should().Be("b");
    }

    [Fact]
    public async Task FindWork_OpenWork_IsFoundInPages()
    {
        var generation = NextKey;
        await CommitAsync(commit =>
        {
            commit.Created.AddRange([Head("pending", generation), Head("scheduled", generation), Head("again", generation) with { Status = OrchestrationStatus.ContinuedAsNew }]);
            commit.Created.AddRange([Head("waits", generation) with { Status = OrchestrationStatus.Running }, Head("task", generation) with { Status = OrchestrationStatus.Running }]);
            commit.Timers.AddRange([new("scheduled", generation, -1, Now), new("waits", generation, 0, Now)]);
            commit.Tasks.Add(new("task", generation, 0, [1]));
            commit.Inbox.Add(new("unborn", NextKey, null, [1]));
        });

        var first = await _store.FindWorkAsync(null, 2, default);
        var second = await _store.FindWorkAsync(first[^1], 10, default);

        first.Should().Equal("again", "pending");
        second.Should().Equal("task", "unborn");
    }

    [Fact]
    public async Task FindWork_AddressesOfOtherApps_LieTogetherBeforeAllInstances()
    {
        string[] bank = [ForeignAddress.Of("bank", "a"), ForeignAddress.Of("bank", "é"), ForeignAddress.Of("bank", "\U0001F4B0")];
        string[] others = [ForeignAddress.Of("Bank", "z"), ForeignAddress.Of("bank-2", "a"), ForeignAddress.Of("banks", "a")];
        await CommitAsync(commit =>
        {
            foreach (var id in (string[])[" ", "bank||a", .. others, .. bank])
            {
                commit.Inbox.AddRange([new(id, NextKey, null, [1]), new(id, NextKey, null, [2])]);
            }
        });

        (await _store.FindWorkAsync(ForeignAddress.First, 100, default)).Take(6).Should().BeEquivalentTo([.. others, .. bank]);
        (await _store.FindWorkAsync(ForeignAddress.BeginOf("bank"), 3, default)).Should().Equal(bank);
        (await _store.FindWorkAsync(ForeignAddress.EndOf("bank"), 100, default)).Should().NotContain(bank);
        (await _store.FindWorkAsync(ForeignAddress.Last, 100, default)).Should().Equal(" ", "bank||a");
    }

    [Fact]
    public async Task Query_ByStatusAndTime_OnlyWhatFits()
    {
        await CommitAsync(commit => commit.Created.AddRange(
        [
            Head("a", NextKey),
            Head("b", NextKey) with { Status = OrchestrationStatus.Failed, CreatedAt = Now.AddHours(1) },
            Head("c", NextKey) with { Status = OrchestrationStatus.Completed, CreatedAt = Now.AddHours(2) },
        ]));

        Task<IReadOnlyList<string>> QueryAsync(OrchestrationStatus[] statuses, DateTimeOffset? from, DateTimeOffset? to, string? after = null) =>
            _store.QueryAsync(new InstanceFilter(statuses, from, to), after, 10, default);

        (await QueryAsync([], null, null)).Should().Equal("a", "b", "c");
        (await QueryAsync([], null, null, "a")).Should().Equal("b", "c");
        (await QueryAsync([OrchestrationStatus.Failed, OrchestrationStatus.Pending], null, null)).Should().Equal("a", "b");
        (await QueryAsync([], Now.AddHours(1), null)).Should().Equal("b", "c");
        (await QueryAsync([], null, Now.AddHours(1))).Should().Equal("a", "b");
    }

    [Fact]
    public async Task EndedBefore_Several_ThoseThatEndedFirst()
    {
        await CommitAsync(commit => commit.Created.AddRange(
        [
            Head("a", NextKey),
            Head("b", NextKey) with { Status = OrchestrationStatus.Completed, CompletedAt = Now.AddHours(2) },
            Head("c", NextKey) with { Status = OrchestrationStatus.Completed, CompletedAt = Now },
            Head("d", NextKey) with { Status = OrchestrationStatus.Failed, CompletedAt = Now },
        ]));

        var ended = await _store.EndedBeforeAsync([OrchestrationStatus.Completed], Now.AddHours(3), 10, default);
        var early = await _store.EndedBeforeAsync([OrchestrationStatus.Completed], Now.AddHours(1), 10, default);

        ended.Should().Equal("c", "b");
        early.Should().Equal("c");
    }

    [Fact]
    public async Task List_Pages_OrdinalOrder()
    {
        await CommitAsync(commit => commit.Created.AddRange(((string[])["b", "A", "a", "ä"]).Select(id => Head(id, NextKey))));

        var first = await _store.ListAsync(null, 2, default);
        var second = await _store.ListAsync(first[^1], 10, default);

        first.Concat(second).Should().Equal("A", "a", "b", "ä");
    }

    [Fact]
    public async Task Load_Several_OneEntryEachInOrder()
    {
        var generation = NextKey;
        await CommitAsync(commit => commit.Created.AddRange([Head("a", generation), Head("b", generation)]));

        var stored = await _store.LoadAsync(["b", "none", "a"], default);

        stored.Select(entry => (entry.InstanceId, entry.Record is not null)).Should().Equal(("b", true), ("none", false), ("a", true));
    }

    [Fact]
    public async Task Open_BySecondOwner_FencesTheFirst()
    {
        await CommitAsync(commit => commit.Created.Add(Head("a", NextKey)));
        var second = Track(await CreateAsync("app"));
        var epoch = await second.OpenAsync(default);

        var late = () => CommitAsync(commit => commit.Purged.Add(new("a", long.MaxValue)));

        await late.Should().ThrowAsync<StoreFencedException>();
        (await second.FindAsync("a", default)).Should().NotBeNull();
        (epoch << 32).Should().BeGreaterThan(_key);
    }

    [Fact]
    public async Task Apps_SameInstanceId_DoNotSeeEachOther()
    {
        var other = Track(await CreateAsync("other-app"));
        await other.OpenAsync(default);
        await CommitAsync(commit => commit.Created.Add(Head("a", NextKey)));

        (await other.FindAsync("a", default)).Should().BeNull();
        (await other.ListAsync(null, 10, default)).Should().BeEmpty();
    }

    [Fact]
    public async Task Commit_HeadsThatEndedAmongOthers_AreWrittenTogether()
    {
        await CommitAsync(commit => commit.Created.AddRange(
            [Head("a", NextKey), Head("b", NextKey) with { CompletedAt = Now }, Head("c", NextKey) with { CompletedAt = Now.AddSeconds(1) }]));

        var stored = await _store.LoadAsync(["a", "b", "c"], default);

        stored.Select(entry => entry.Record!.CompletedAt).Should().Equal(null, Now, Now.AddSeconds(1));
    }

    [Fact]
    public async Task Commit_ManyAtOnce_AllDurableInOrder()
    {
        var generation = NextKey;
        await CommitAsync(commit => commit.Created.Add(Head("a", generation)));
        var commits = Enumerable.Range(0, 2_000).Select(i =>
        {
            var commit = new StoreCommit();
            commit.History.Add(new("a", generation, i, BitConverter.GetBytes(i)));
            commit.Updated.Add(Head("a", generation) with { State = BitConverter.GetBytes(i) });
            return _store.CommitAsync(commit);
        }).ToList();

        await Task.WhenAll(commits);

        (await _store.ReadHistoryAsync("a", default)).Select(e => BitConverter.ToInt32(e)).Should().Equal(Enumerable.Range(0, 2_000));
        BitConverter.ToInt32((await _store.FindAsync("a", default))!.State).Should().Be(1_999);
    }

    private protected abstract Task<IWorkflowStore> CreateAsync(string appId);

    protected virtual Task CleanUpAsync() => Task.CompletedTask;

    private protected static InstanceRow Head(string id, long generation) =>
        new(id, generation, "Order", OrchestrationStatus.Pending, Now, Now, null, [1], [2]);

    private protected Task CommitAsync(Action<StoreCommit> fill)
    {
        var commit = new StoreCommit();
        fill(commit);
        return _store.CommitAsync(commit);
    }

    private async Task<StoredInstance> LoadAsync(string id) => (await _store.LoadAsync([id], default))[0];

    private IWorkflowStore Track(IWorkflowStore store)
    {
        _opened.Add(store);
        return store;
    }
}
