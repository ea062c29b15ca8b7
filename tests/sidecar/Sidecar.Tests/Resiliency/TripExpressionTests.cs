using Sidecar.Resiliency;

namespace Sidecar.Tests.Resiliency;

public sealed class TripExpressionTests
{
    private static readonly BreakerCounts Counts = new(Requests: 10, TotalSuccesses: 4, TotalFailures: 6, ConsecutiveSuccesses: 0, ConsecutiveFailures: 3);

    [Theory]
    [InlineData("consecutiveFailures > 2", true)]
    [InlineData("consecutiveFailures >= 4", false)]
    [InlineData("requests >= 4 && totalFailures * 2 > requests", true)]
    [InlineData("requests > 100 || totalFailures - 1 == 5", true)]
    [InlineData("!(totalSuccesses != 4)", true)]
    [InlineData("totalFailures / requests > 0", false)]
    [InlineData("double(totalFailures) / requests > 0.5", true)]
    [InlineData("requests % 3 == 1 && true", true)]
    public void Parse_Expression_Decides(string text, bool expected)
    {
        TripExpression.Parse(text, out var problem)!(Counts).Should().Be(expected);
        problem.Should().BeNull();
    }

    [Theory]
    [InlineData("bogus >")]
    [InlineData("consecutiveFailures")]
    [InlineData("consecutiveFailures >")]
    [InlineData("(requests > 1")]
    [InlineData("requests > 1 requests")]
    [InlineData("")]
    public void Parse_NoCondition_SaysWhy(string text)
    {
        TripExpression.Parse(text, out var problem).Should().BeNull();
        problem.Should().NotBeNullOrEmpty();
    }
}
