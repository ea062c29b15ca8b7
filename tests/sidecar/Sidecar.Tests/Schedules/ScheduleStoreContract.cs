using Sidecar.Schedules;

namespace Sidecar.Tests.Schedules;

/// <summary>What every store of schedules does.</summary>
public abstract class ScheduleStoreContract
{
    private readonly string _target = $"app||default||t{Guid.NewGuid():N}";

    private protected abstract Task<IScheduleStore> OpenAsync();

    [Fact]
    public async Task Put_Twice_OnlyOverwritesWhenAsked()
    {
        await using var store = await OpenAsync();
        (await store.PutAsync(Entry("a", 1), overwrite: false, default)).Should().BeTrue();
        (await store.PutAsync(Entry("a", 2), overwrite: false, default)).Should().BeFalse();
        (await store.FindAsync(Key("a"), default))!.Progress.Next.Should().Be(At(1));
        (await store.PutAsync(Entry("a", 3), overwrite: true, default)).Should().BeTrue();
        (await store.FindAsync(Key("a"), default))!.Progress.Next.Should().Be(At(3));
        await store.DeletePrefixAsync(_target, default);
    }

    [Fact]
    public async Task Find_EveryMember_ComesBack()
    {
        await using var store = await OpenAsync();
        var entry = Entry("all", 1);
        entry = entry with
        {
            Definition = entry.Definition with
            {
                Expires = At(9),
                Request = entry.Definition.Request with { Schedule = "@every 1s", Repeats = 7, TimeToLive = "1h", ActorId = "x||y", FailurePolicy = new FailurePolicy(false, TimeSpan.FromSeconds(2), 5), Data = new ScheduleData("t", new byte[] { 0, 255 }) },
            },
            Progress = new ScheduleProgress(3, 2, At(0), At(1)),
        };
        await store.PutAsync(entry, overwrite: true, default);
        (await store.FindAsync(entry.Key, default)).Should().BeEquivalentTo(entry, options => options.Excluding(one => one.Definition.Request.Data));
        (await store.FindAsync(entry.Key, default))!.Definition.Request.Data!.Bytes.ToArray().Should().Equal(0, 255);
        await store.DeleteAsync(entry.Key, default);
        (await store.FindAsync(entry.Key, default)).Should().BeNull();
    }

    [Fact]
    public async Task Next_OwnedTargets_GivesTheEarliestFirst()
    {
        await using var store = await OpenAsync();
        await store.PutAsync(Entry("late", 30), overwrite: true, default);
        await store.PutAsync(Entry("early", 10), overwrite: true, default);
        await store.PutAsync(Entry("middle", 20), overwrite: true, default);

        (await store.OwnAsync([_target], default)).Should().Equal(_target);
        (await store.NextAsync([_target], 2, default)).Select(entry => entry.Definition.Request.Name).Should().Equal("early", "middle");
        (await store.ListAsync(_target, default)).Select(entry => entry.Definition.Request.Name).Should().Equal("early", "late", "middle");
        await store.DeletePrefixAsync(_target, default);
        (await store.NextAsync([_target], 2, default)).Should().BeEmpty();
    }

    [Fact]
    public async Task AdvanceAndEnd_OfAnOldRevision_DoNothing()
    {
        await using var store = await OpenAsync();
        var old = Entry("a", 1);
        await store.PutAsync(old, overwrite: true, default);
        await store.PutAsync(Entry("a", 5), overwrite: true, default);
        await store.AdvanceAsync(old, old.Progress with { Next = At(9) }, default);
        await store.EndAsync(old, default);
        var current = (await store.FindAsync(Key("a"), default))!;
        current.Progress.Next.Should().Be(At(5));

        await store.AdvanceAsync(current, current.Progress with { Next = At(9) }, default);
        (await store.FindAsync(Key("a"), default))!.Progress.Next.Should().Be(At(9));
        await store.EndAsync(current, default);
        (await store.FindAsync(Key("a"), default)).Should().BeNull();
    }

    private protected string Target => _target;

    private protected ScheduleEntry Entry(string name, int due) =>
        new(Guid.NewGuid(), new ScheduleDefinition(new ScheduleRequest(Key(name), _target) { Name = name, DueTime = "1s" }, At(due), null), new ScheduleProgress(0, 0, null, At(due)));

    private static DateTimeOffset At(int seconds) => new(2026, 1, 1, 0, 0, seconds, TimeSpan.Zero);

    private string Key(string name) => $"{_target}||{name}";
}
