using Sidecar.Faults;

namespace Sidecar.Tests.Faults;

public sealed class FaultRuleReaderTests
{
    [Fact]
    public void Read_AllFields_AreTaken()
    {
        var rule = FaultRuleReader.Read(
            Fields("name=slow", "app=pay*", "topic=orders", "component=pubsub", "latency=200ms", "jitter=1s", "drop=answer", "duplicate=true", "reorder=1.5s", "percent=12.5", "times=3"), "x", out var problems);

        problems.Should().BeEmpty();
        rule.Should().BeEquivalentTo(new FaultRule
        {
            Name = "slow",
            App = "pay*",
            Place = FaultPlace.Topic,
            Target = "orders",
            Component = "pubsub",
            Latency = TimeSpan.FromMilliseconds(200),
            Jitter = TimeSpan.FromSeconds(1),
            Drop = FaultDrop.Answer,
            Duplicate = true,
            Reorder = TimeSpan.FromSeconds(1.5),
            Percent = 12.5,
            Times = 3,
        });
        rule!.Describe().Should().Be("pay*: topic pubsub/orders: latency 200-1200 ms, drop answer, duplicate, reorder (12.5 %)");
    }

    [Theory]
    [InlineData("error=503", 503)]
    [InlineData("error=connection refused", 0)]
    public void Read_Error_IsAStatusOrAText(string field, int status)
    {
        var rule = FaultRuleReader.Read(Fields("app=payments", field), "fault-1", out _)!;

        rule.Error!.Status.Should().Be(status);
        rule.Should().BeEquivalentTo(new { Name = "fault-1", Place = FaultPlace.Route, Target = "*", Percent = 100.0 });
    }

    [Theory]
    [InlineData("latency", "app=a")]
    [InlineData("latency", "latency=-1s")]
    [InlineData("latency", "latency=11m")]
    [InlineData("jitter", "jitter=soon")]
    [InlineData("error", "error=200")]
    [InlineData("error", "error=500", "drop=answer")]
    [InlineData("drop", "drop=everything")]
    [InlineData("duplicate", "duplicate=yes")]
    [InlineData("percent", "latency=1s", "percent=0")]
    [InlineData("percent", "latency=1s", "percent=101")]
    [InlineData("times", "latency=1s", "times=0")]
    [InlineData("colour", "latency=1s", "colour=red")]
    [InlineData("topic", "latency=1s", "route=/a", "topic=t")]
    [InlineData("activity", "duplicate=true", "activity=Charge")]
    [InlineData("activity", "drop=request", "activity=Charge")]
    public void Read_Mistake_NamesFieldAndWhatIsAccepted(string field, params string[] fields)
    {
        FaultRuleReader.Read(Fields(fields), "x", out var problems).Should().BeNull();

        problems.Should().ContainSingle().Which.Should().Match<FaultProblem>(problem => problem.Field == field && problem.Remedy.Length > 0);
    }

    [Theory]
    [InlineData("*", "", true)]
    [InlineData("/a/*", "/a/b/c", true)]
    [InlineData("/a/*/c", "/a/b/b/c", true)]
    [InlineData("*ab", "aab", true)]
    [InlineData("/a", "/a/b", false)]
    [InlineData("/a/*/d", "/a/b/c", false)]
    [InlineData("a*b*", "ab", true)]
    [InlineData("", "a", false)]
    public void TextPattern_Star_StandsForAnyText(string pattern, string text, bool matches) => TextPattern.Matches(pattern, text).Should().Be(matches);

    internal static Dictionary<string, string> Fields(params string[] fields) => fields.Select(field => field.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
}
