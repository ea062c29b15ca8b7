using Sidecar.Schedules;

namespace Sidecar.Tests.Schedules;

public sealed class CronExpressionTests
{
    private static readonly DateTimeOffset Start = new(2026, 2, 27, 10, 15, 30, 500, TimeSpan.Zero);

    [Theory]
    [InlineData("@every 1m30s", "2026-02-27T10:17:00.5Z")]
    [InlineData("@hourly", "2026-02-27T11:00:00Z")]
    [InlineData("@daily", "2026-02-28T00:00:00Z")]
    [InlineData("@weekly", "2026-03-01T00:00:00Z")]
    [InlineData("@monthly", "2026-03-01T00:00:00Z")]
    [InlineData("@yearly", "2027-01-01T00:00:00Z")]
    [InlineData("* * * * * *", "2026-02-27T10:15:31Z")]
    [InlineData("0 30 * * * *", "2026-02-27T10:30:00Z")]
    [InlineData("*/20 * * * * *", "2026-02-27T10:15:40Z")]
    [InlineData("0 0 9-17/4 * * mon-fri", "2026-02-27T13:00:00Z")]
    [InlineData("0 0 0 29 feb *", "2028-02-29T00:00:00Z")]
    [InlineData("0 0 0 1,15 * sun", "2026-03-01T00:00:00Z")]
    [InlineData("0 0 9 ? jan-mar wed", "2026-03-04T09:00:00Z")]
    [InlineData("0 0 12 1,15 * MON-FRI/2", "2026-02-27T12:00:00Z")]
    [InlineData("TZ=Europe/Berlin 0 0 12 * * *", "2026-02-27T11:00:00Z")]
    [InlineData("CRON_TZ=America/New_York 0 0 9 * * *", "2026-02-27T14:00:00Z")]
    public void Next_ValidExpression_IsTheFirstTimeAfter(string expression, string expected) =>
        CronExpression.Parse(expression, TimeZoneInfo.Utc, out _)!.Next(Start).Should().Be(DateTimeOffset.Parse(expected));

    [Theory]
    [InlineData("", "empty spec string")]
    [InlineData("@every", "unrecognized descriptor: @every")]
    [InlineData("@every x", "failed to parse duration x: time: invalid duration \"x\"")]
    [InlineData("*/5 * * * *", "expected exactly 6 fields, found 5: [*/5 * * * *]")]
    [InlineData("60 * * * * *", "end of range (60) above maximum (59): 60")]
    [InlineData("0 0 0 0 * *", "beginning of range (0) below minimum (1): 0")]
    [InlineData("5-2 * * * * *", "beginning of range (5) beyond end of range (2): 5-2")]
    [InlineData("*/0 * * * * *", "step of range should be a positive number: */0")]
    [InlineData("1-2-3 * * * * *", "too many hyphens: 1-2-3")]
    [InlineData("x * * * * *", "failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax")]
    public void Parse_InvalidExpression_SaysWhyInGosWords(string expression, string reason)
    {
        CronExpression.Parse(expression, TimeZoneInfo.Utc, out var error).Should().BeNull();
        error.Should().Be(reason);
    }

    [Fact]
    public void Parse_SecondIsOptional_StandsForZero()
    {
        CronExpression.Parse("5 4 * * *", TimeZoneInfo.Utc, out _, secondIsOptional: true)!.Next(Start).Should().Be(DateTimeOffset.Parse("2026-02-28T04:05:00Z"));
        CronExpression.Parse("7 5 4 * * *", TimeZoneInfo.Utc, out _, secondIsOptional: true)!.Next(Start).Should().Be(DateTimeOffset.Parse("2026-02-28T04:05:07Z"));

        CronExpression.Parse("4 * * *", TimeZoneInfo.Utc, out var error, secondIsOptional: true).Should().BeNull();
        error.Should().Be("expected 5 to 6 fields, found 4: [4 * * *]");
    }

    [Theory]
    [InlineData("@every 0s", 1)]
    [InlineData("@every -1h", 1)]
    [InlineData("@every 1ns", 1)]
    [InlineData("@every 1500us", 1)]
    [InlineData("@every 2ms", 2)]
    public void Next_ShortInterval_IsWholeMillisecondsAndNeverStandsStill(string expression, int milliseconds) =>
        CronExpression.Parse(expression, TimeZoneInfo.Utc, out _)!.Next(Start).Should().Be(Start.AddMilliseconds(milliseconds));

    [Fact]
    public void Next_IntervalBeyondTheCalendar_IsNull() => CronExpression.Parse("@every 92233721h", TimeZoneInfo.Utc, out _)!.Next(DateTimeOffset.UnixEpoch).Should().BeNull();

    [Fact]
    public void Next_DateThatNeverComes_IsNull() =>
        CronExpression.Parse("0 0 0 31 feb *", TimeZoneInfo.Utc, out _)!.Next(Start).Should().BeNull();

    [Fact]
    public void Next_HourThatSummerTimeLeavesOut_ComesAfterIt()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        var next = CronExpression.Parse("0 30 2 29 3 *", zone, out _)!.Next(new DateTimeOffset(2026, 3, 28, 12, 0, 0, TimeSpan.Zero));

        // 2:30 does not exist on that day in 2026; the next one is a year later.
        next.Should().Be(new DateTimeOffset(2027, 3, 29, 0, 30, 0, TimeSpan.Zero));
    }
}
