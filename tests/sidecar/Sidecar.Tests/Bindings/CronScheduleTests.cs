using Sidecar.Bindings.Cron;

namespace Sidecar.Tests.Bindings;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("@every 1500ms", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01.5Z")]
    [InlineData("*/15 * * * * *", "2026-01-01T00:00:15Z", "2026-01-01T00:00:30Z")]
    [InlineData("0 30 * * * *", "2026-01-01T00:30:00Z", "2026-01-01T01:30:00Z")]
    [InlineData("5 4 * * *", "2026-01-01T04:05:00Z", "2026-01-02T04:05:00Z")]
    [InlineData("@hourly", "2026-12-31T23:10:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("@weekly", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z")]
    [InlineData("0 0 0 29 2 ?", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("0 0 12 1,15 * MON-FRI/2", "2026-01-01T12:00:00Z", "2026-01-02T12:00:00Z")]
    [InlineData("0 0 9 ? jan-mar wed", "2026-03-25T10:00:00Z", "2027-01-06T09:00:00Z")]
    [InlineData("CRON_TZ=America/New_York 0 0 9 * * *", "2026-07-01T00:00:00Z", "2026-07-01T13:00:00Z")]
    [InlineData("CRON_TZ=Europe/Berlin 0 30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z")]
    public void Next_Schedule_IsTheFirstTimeAfter(string text, string after, string next)
    {
        var schedule = CronSchedule.Parse(text, TimeZoneInfo.Utc, out var problem);

        problem.Should().BeEmpty();
        schedule!.Next(Time(after)).Should().Be(Time(next));
    }

    [Fact]
    public void Next_DayThatNeverComes_IsNull() => CronSchedule.Parse("0 0 0 31 2 ?", TimeZoneInfo.Utc, out _)!.Next(Time("2026-01-01T00:00:00Z")).Should().BeNull();

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("61 * * * * *")]
    [InlineData("* * * * * 7")]
    [InlineData("5-1 * * * * *")]
    [InlineData("*/0 * * * * *")]
    [InlineData("a * * * * *")]
    [InlineData("1-2-3 * * * * *")]
    [InlineData("@often")]
    [InlineData("@every 0s")]
    [InlineData("@every soon")]
    [InlineData("CRON_TZ=No/Where * * * * *")]
    public void Parse_NoSchedule_SaysWhy(string text)
    {
        CronSchedule.Parse(text, TimeZoneInfo.Utc, out var problem).Should().BeNull();

        problem.Should().NotBeEmpty();
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
