using System.Text;
using Dapr.Actors.Runtime;

namespace Dapr.Actors.Tests;

/// <summary>Timers and reminders as actors register them.</summary>
public sealed class ScheduleTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Once = Timeout.InfiniteTimeSpan;

    [Theory]
    [InlineData("", -1)]
    [InlineData("1h2m3s4ms", 3_723_004)]
    [InlineData("25h0m0s0ms", 90_000_000)]
    [InlineData("1.5s", 1500)]
    [InlineData("@every 1m30s", 90_000)]
    [InlineData("@hourly", 3_600_000)]
    [InlineData("PT1H", 3_600_000)]
    [InlineData("R3/P1DT2H", 93_600_000)]
    [InlineData("soon", -1)]
    public void Period_AnyForm_IsRead(string text, long milliseconds) =>
        DaprDuration.ReadRepeated(text).Period.Should().Be(TimeSpan.FromMilliseconds(milliseconds));

    [Fact]
    public void Period_WithRepetitions_IsIso()
    {
        DaprDuration.Write(new TimeSpan(1, 2, 3, 4), 5).Should().Be("R5/P1DT2H3M4S");
        DaprDuration.Write(TimeSpan.Zero, 5).Should().Be("R5/PT0S");
        DaprDuration.Write(new TimeSpan(1, 2, 3, 4, 5)).Should().Be("26h3m4s5ms");
        DaprDuration.ReadRepeated("R5/PT1S").Should().Be((Second, 5));
        FluentActions.Invoking(() => DaprDuration.Write(TimeSpan.FromMilliseconds(1500), 2)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Times_OutOfRange_AreRefused()
    {
        var id = new ActorId("1");
        FluentActions.Invoking(() => new ActorReminder("T", id, "n", null, -Second, Second)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new ActorReminder("T", id, "n", null, Second, -Second)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new ActorReminder("T", id, "n", null, Second, Once, TimeSpan.Zero)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new ActorReminder("T", id, "n", null, Second, Once, 0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new ActorTimer("T", id, "n", "M", null, -Second, Once)).Should().Throw<ArgumentOutOfRangeException>();
        new ActorTimer("T", id, "n", "M", null, TimeSpan.Zero, Once, Second).Ttl.Should().Be(Second);
    }

    [Fact]
    public async Task Register_TimerAndReminder_SendsWhatTheSidecarTakes()
    {
        using var sidecar = new ScriptedSidecar(_ => new HttpResponseMessage(System.Net.HttpStatusCode.NoContent));
        var timers = new SidecarTimerManager(sidecar.Client);
        await timers.RegisterTimerAsync(new ActorTimer("T", new ActorId("1"), "t", "M", "x"u8.ToArray(), Second, Once));
        await timers.RegisterReminderAsync(new ActorReminder("T", new ActorId("1"), "r", null, Second, Second, 3, TimeSpan.FromMinutes(1)));
        await timers.UnregisterTimerAsync(new ActorTimerToken("T", new ActorId("1"), "t"));

        sidecar.Requests.Select(request => $"{request.Request.Method} {request.Request.RequestUri!.AbsolutePath} {Encoding.UTF8.GetString(request.Body)}").Should().Equal(
            """PUT /v1.0/actors/T/1/timers/t {"dueTime":"0h0m1s0ms","data":"eA==","callback":"M"}""",
            """PUT /v1.0/actors/T/1/reminders/r {"dueTime":"0h0m1s0ms","period":"R3/PT1S","data":"","ttl":"0h1m0s0ms"}""",
            "DELETE /v1.0/actors/T/1/timers/t ");
    }

    [Theory]
    [InlineData("Missing", "*does not exist*")]
    [InlineData("Overloaded", "*cannot be overloaded*")]
    [InlineData("TwoParameters", "*zero or one parameters*")]
    [InlineData("Returns", "*only return type Task*")]
    public async Task RegisterTimer_MethodThatCannotBeCalledBack_SaysWhy(string callback, string reason)
    {
        var actor = new Ringer(ActorHost.CreateForTest<Ringer>());

        await actor.Invoking(ringer => ringer.RegisterTimerAsync("t", callback, null, Second, Once)).Should().ThrowAsync<ArgumentException>().WithMessage(reason);
    }

    [Fact]
    public async Task RegisterTimer_InAUnitTest_GoesToTheMock()
    {
        var timers = new RecordingTimers();
        var actor = new Ringer(ActorHost.CreateForTest<Ringer>(new ActorTestOptions { ActorId = new ActorId("7"), TimerManager = timers }));

        await actor.RegisterTimerAsync(null, "Ring", null, Second, Once);

        timers.Timer.Should().BeEquivalentTo(new { ActorType = "Ringer", ActorId = new ActorId("7"), TimerCallback = "Ring", DueTime = Second, Period = Once });
        timers.Timer!.Name.Should().StartWith("7_Timer_");
        await new Ringer(ActorHost.CreateForTest<Ringer>()).Invoking(ringer => ringer.RegisterTimerAsync("t", "Ring", null, Second, Once)).Should().ThrowAsync<NotImplementedException>();
    }

    public interface IRinger : IActor;

    private sealed class Ringer(ActorHost host) : Actor(host), IRinger
    {
        public Task Ring() => Task.CompletedTask;

        public Task Overloaded() => Task.CompletedTask;

        public Task Overloaded(byte[] data) => Task.FromResult(data);

        public Task TwoParameters(byte[] one, byte[] two) => Task.FromResult(one.Length + two.Length);

        public Task<int> Returns() => Task.FromResult(1);
    }

    private sealed class RecordingTimers : ActorTimerManager
    {
        public ActorTimer? Timer { get; private set; }

        public override Task RegisterTimerAsync(ActorTimer timer)
        {
            Timer = timer;
            return Task.CompletedTask;
        }

        public override Task RegisterReminderAsync(ActorReminder reminder) => throw new NotSupportedException();

        public override Task<IActorReminder> GetReminderAsync(ActorReminderToken reminder) => throw new NotSupportedException();

        public override Task UnregisterReminderAsync(ActorReminderToken reminder) => throw new NotSupportedException();

        public override Task UnregisterTimerAsync(ActorTimerToken timer) => throw new NotSupportedException();
    }
}
