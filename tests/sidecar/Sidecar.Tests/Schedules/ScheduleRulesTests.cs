using Sidecar.Schedules;

namespace Sidecar.Tests.Schedules;

public sealed class ScheduleRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ScheduleRequest Empty = new("app||default||a||j", "app||default||a");

    [Theory]
    [InlineData(null, null, null, null, "job must have either a due time or a schedule")]
    [InlineData(null, "1h", 2, null, "job must have a schedule to repeat")]
    [InlineData("@daily", null, 0, null, "defined repeats must be greater than 0")]
    [InlineData(null, "1h", null, "2h", "job must have a schedule to have a ttl")]
    [InlineData(null, "soon", null, null, "due time format not recognized")]
    [InlineData(null, "R2/PT1H", null, null, "repeats not supported for due time")]
    [InlineData("@daily", null, null, "soon", "ttl format not recognized")]
    [InlineData("@daily", "2h", null, "-1h", "ttl must be greater than due time")]
    public void Validate_ImpossibleRequest_SaysWhy(string? schedule, string? due, int? repeats, string? ttl, string reason)
    {
        var request = Empty with { Schedule = schedule, DueTime = due, Repeats = repeats, TimeToLive = ttl };
        ScheduleRules.Validate(request, Now, TimeZoneInfo.Utc, out var problem).Should().BeNull();
        problem.Should().Be("job failed validation: " + reason);
    }

    [Theory]
    [InlineData("app||default||a||j", true)]
    [InlineData("app||default||a||My job_1:x-y", true)]
    [InlineData("app||default||a||a/b", false)]
    [InlineData("app||default||a||é", false)]
    [InlineData("app||default||a||", false)]
    public void ProblemOfKey_Names_AreThoseOfDapr(string key, bool valid) => (ScheduleRules.ProblemOfKey(key) is null).Should().Be(valid);

    [Fact]
    public void Accepted_WithDueTimeAndRepeats_CountsFromThePlannedTimes()
    {
        var entry = Entry(Empty with { DueTime = "10s", Schedule = "@every 1m", Repeats = 3 });
        entry.Progress.Next.Should().Be(Now.AddSeconds(10));
        var second = entry with { Progress = ScheduleRules.Accepted(entry, TimeZoneInfo.Utc)! };
        second.Progress.Next.Should().Be(Now.AddSeconds(70));
        var third = second with { Progress = ScheduleRules.Accepted(second, TimeZoneInfo.Utc)! };
        third.Progress.Next.Should().Be(Now.AddSeconds(130));
        ScheduleRules.Accepted(third, TimeZoneInfo.Utc).Should().BeNull();
    }

    [Fact]
    public void Accepted_NextTimeAfterTheTimeToLive_IsTheEnd() =>
        ScheduleRules.Accepted(Entry(Empty with { Schedule = "@every 1s", TimeToLive = "1500ms" }), TimeZoneInfo.Utc).Should().BeNull();

    [Fact]
    public void Refused_DefaultPolicy_RepeatsThreeTimesThenGoesOnInPlan()
    {
        var entry = Entry(Empty with { Schedule = "@every 1m" });
        for (var i = 1; i <= 3; i++)
        {
            entry = entry with { Progress = ScheduleRules.Refused(entry, Now.AddMinutes(1).AddSeconds(i), TimeZoneInfo.Utc)! };
            entry.Progress.Attempts.Should().Be(i);
            entry.Progress.Next.Should().Be(Now.AddMinutes(1).AddSeconds(i + 1));
        }

        var next = ScheduleRules.Refused(entry, Now.AddMinutes(1).AddSeconds(5), TimeZoneInfo.Utc)!;
        next.Should().BeEquivalentTo(new ScheduleProgress(1, 0, Now.AddMinutes(1), Now.AddMinutes(2)));
    }

    [Fact]
    public void Refused_DropPolicyOfAOneShot_IsTheEnd() =>
        ScheduleRules.Refused(Entry(Empty with { DueTime = "1s", FailurePolicy = new FailurePolicy(Drop: true) }), Now, TimeZoneInfo.Utc).Should().BeNull();

    [Fact]
    public void Refused_ConstantPolicyWithoutLimit_NeverEnds()
    {
        var entry = Entry(Empty with { DueTime = "1s", FailurePolicy = new FailurePolicy(Drop: false, TimeSpan.FromSeconds(5)) });
        entry = entry with { Progress = entry.Progress with { Attempts = 1_000 } };
        ScheduleRules.Refused(entry, Now, TimeZoneInfo.Utc)!.Next.Should().Be(Now.AddSeconds(5));
    }

    [Theory]
    [InlineData("P1Y2M3W4DT5H6M7S", 1, 2, 25, "05:06:07", -1)]
    [InlineData("R5/PT10S", 0, 0, 0, "00:00:10", 5)]
    [InlineData("1h30m", 0, 0, 0, "01:30:00", -1)]
    public void TryParseDuration_BothForms_AreRead(string text, int years, int months, int days, string time, int repetitions)
    {
        DaprTime.TryParseDuration(text, out var duration).Should().BeTrue();
        duration.Should().Be(new DaprDuration(years, months, days, TimeSpan.Parse(time), repetitions));
    }

    [Theory]
    [InlineData("1.5h", "1h30m0s")]
    [InlineData("90s", "1m30s")]
    [InlineData("1500ms", "1.5s")]
    [InlineData("250ms", "250ms")]
    [InlineData("0s", "0s")]
    public void Duration_AsText_IsGos(string given, string expected)
    {
        DaprTime.TryParseDuration(given, out var duration).Should().BeTrue();
        GoText.Duration(duration.Time).Should().Be(expected);
    }

    private static ScheduleEntry Entry(ScheduleRequest request)
    {
        var definition = ScheduleRules.Validate(request, Now, TimeZoneInfo.Utc, out _)!;
        return new ScheduleEntry(Guid.NewGuid(), definition, ScheduleRules.Start(definition, TimeZoneInfo.Utc)!);
    }
}
