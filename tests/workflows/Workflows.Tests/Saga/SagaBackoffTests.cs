using Workflows.Saga;

namespace Workflows.Tests.Saga;

public class SagaBackoffTests
{
    [Theory]
    [InlineData(1, 100)]
    [InlineData(2, 200)]
    [InlineData(3, 400)]
    [InlineData(4, 1_000)]
    [InlineData(5, 2_000)]
    [InlineData(8, 16_000)]
    [InlineData(9, 30_000)]
    [InlineData(1_000, 30_000)]
    public void After_Attempt_IsWithinAFifthOfTheLadder(int attempt, int milliseconds)
    {
        foreach (var seed in Enumerable.Range(0, 50).Select(number => $"order-{number}"))
        {
            SagaBackoff.After(attempt, seed).TotalMilliseconds.Should().BeInRange(milliseconds * 0.8, milliseconds * 1.2);
        }
    }

    [Fact]
    public void After_SameSeed_IsTheSameAndOthersDiffer()
    {
        SagaBackoff.After(5, "a").Should().Be(SagaBackoff.After(5, "a"));
        Enumerable.Range(0, 50).Select(number => SagaBackoff.After(5, $"order-{number}")).Distinct().Should().HaveCountGreaterThan(40);
    }
}
