namespace Dapr.Actors.Tests;

/// <summary>Activation, deactivation, timers, reminders and state through our sidecar.</summary>
public sealed class LifeTests
{
    [Fact]
    public async Task Idle_ActorLeavesWithItsScopeAndComesBackWithItsState()
    {
        await using var platform = await ActorPlatform.StartAsync(configure: options => options.ActorIdleTimeout = TimeSpan.FromMilliseconds(300));
        await platform.Counter("1").AddOneAsync(7);

        await Eventually.TrueAsync(() => platform.Recorder.Lines.Contains("dispose 1 scope=False"), "the idle actor leaves");
        (await platform.Counter("1").CountAsync()).Should().Be(7);
        platform.Recorder.Lines.Take(4).Should().Equal("activate 1", "deactivate 1", "dispose 1 scope=False", "activate 1");
    }

    [Fact]
    public async Task Timer_CallsThePrivateMethodWithItsDataUntilRemoved()
    {
        await using var platform = await ActorPlatform.StartAsync();
        var counter = platform.Counter("1");
        await counter.StartTimerAsync("tock");

        await Eventually.TrueAsync(() => platform.Recorder.Lines.Count(line => line == "tick 1 tock") > 1, "the timer fires again and again");
        await counter.StopTimerAsync();
        var count = await counter.CountAsync();
        count.Should().BeGreaterThan(1, "a timer's changes are saved");
        await counter.StartTimerAsync("other");
        await Eventually.TrueAsync(() => platform.Recorder.Lines.Contains("tick 1 other"), "a timer of the same name runs anew");
        platform.Recorder.Lines.SkipWhile(line => line != "tick 1 other").Should().NotContain("tick 1 tock");
    }

    [Fact]
    public async Task Reminder_WithRepetitions_ComesSoOftenAndIsGone()
    {
        await using var platform = await ActorPlatform.StartAsync();
        var counter = platform.Counter("1");
        await counter.RemindAsync(new ReminderRequest { Name = "pay", Text = "now", Due = TimeSpan.Zero, Period = TimeSpan.FromSeconds(1), Repetitions = 2 });

        await Eventually.TrueAsync(() => platform.Recorder.Lines.Count(line => line == "reminder 1 pay now") == 2, "the reminder comes twice");
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await counter.DescribeReminderAsync("pay");
                    return false;
                }
                catch (ActorMethodInvocationException exception)
                {
                    return exception.InnerException!.Message.Contains("not found", StringComparison.Ordinal);
                }
            },
            "the reminder is gone");
        (await counter.CountAsync()).Should().Be(2);
    }

    [Fact]
    public async Task Reminder_Registered_CanBeReadAndRemoved()
    {
        await using var platform = await ActorPlatform.StartAsync();
        var counter = platform.Counter("1");
        await counter.RemindAsync(new ReminderRequest { Name = "later", Text = "t", Due = TimeSpan.FromHours(30), Period = TimeSpan.FromMinutes(90) });

        (await counter.DescribeReminderAsync("later")).Should().Be("later 1.06:00:00 01:30:00 t");
        await counter.ForgetReminderAsync("later");
        await counter.Invoking(actor => actor.DescribeReminderAsync("later")).Should().ThrowAsync<ActorMethodInvocationException>();
    }

    [Fact]
    public async Task State_WithLifetime_Expires()
    {
        await using var platform = await ActorPlatform.StartAsync();
        await platform.Counter("1").SetForAsync("k", "v", TimeSpan.FromSeconds(1));

        (await platform.Counter("1").FindAsync("k")).Should().Be("v");
        await Eventually.TrueAsync(async () => await platform.Counter("1").FindAsync("k") is null, "the value expires");
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Restart_OfAppAndSidecar_KeepsStateAndReminders()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using (var first = await ActorPlatform.StartAsync(ActorPlatform.Postgres(database)))
        {
            await first.Counter("1").AddOneAsync(40);
            await first.Counter("1").RemindAsync(new ReminderRequest { Name = "wake", Text = "up", Due = TimeSpan.FromSeconds(1) });
        }

        await using var second = await ActorPlatform.StartAsync(ActorPlatform.Postgres(database));
        await Eventually.TrueAsync(() => second.Recorder.Lines.Contains("reminder 1 wake up"), "the reminder comes after the restart");
        await Eventually.TrueAsync(async () => await second.Counter("1").CountAsync() == 41, "state and the reminder's change are there");
    }
}
