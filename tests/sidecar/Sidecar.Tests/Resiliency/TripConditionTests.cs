using Sidecar.Resiliency;

namespace Sidecar.Tests.Resiliency;

public sealed class TripConditionTests
{
    private static readonly BreakerCounts Counts = new(Requests: 10, TotalSuccesses: 4, TotalFailures: 6, ConsecutiveSuccesses: 0, ConsecutiveFailures: 3);

    [Theory]
    [InlineData("consecutiveFailures > 2", true)]
    [InlineData("consecutiveFailures >= 4", false)]
    [InlineData("requests >= 4 && totalFailures * 2 > requests", true)]
    [InlineData("requests > 100 || totalFailures - 1 == 5", true)]
    [InlineData("!(totalSuccesses != 4)", true)]
    [InlineData("totalFailures / requests > 0", false)]
    [InlineData("double(totalFailures) / double(requests) > 0.5", true)]
    [InlineData("requests % 3 == 1 && true", true)]
    [InlineData("totalFailures > 3.5 ? requests in [9, 10] : false", true)]
    [InlineData("requests / consecutiveSuccesses > 1", false)]
    public void TryParse_Condition_Decides(string text, bool expected)
    {
        TripCondition.TryParse(text, out var condition, out _).Should().BeTrue();

        condition!.IsMet(Counts).Should().Be(expected);
    }

    [Theory]
    [InlineData("bogus >")]
    [InlineData("consecutiveFailures")]
    [InlineData("consecutiveFailures >")]
    [InlineData("(requests > 1")]
    [InlineData("requests > 1 requests")]
    [InlineData("")]
    [InlineData("failures > 5")]
    [InlineData("double(totalFailures) / requests > 0.5")]
    public void TryParse_NoCondition_SaysWhy(string text)
    {
        TripCondition.TryParse(text, out _, out var problem).Should().BeFalse();
        problem.Should().NotBeNullOrEmpty();
    }
}
