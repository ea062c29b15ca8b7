using Sidecar.Resiliency;

namespace Sidecar.Tests.Resiliency;

public sealed class PolicyTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);
    private readonly CircuitBreaker _breaker = new(new CircuitBreakerPolicy("b", 1, TimeSpan.Zero, Long, counts => counts.ConsecutiveFailures > 0), TimeProvider.System);

    [Fact]
    public async Task ExecuteAsync_CallerGivesUp_IsNeitherFailureNorTimeout()
    {
        using var caller = new CancellationTokenSource();

        var call = () => Execute(Create(Long, retries: 3), WaitForEverAsync, caller.Token);
        var running = call.Should().ThrowAsync<OperationCanceledException>();
        await caller.CancelAsync();
        await running;

        _breaker.StateName.Should().Be("closed");
    }

    [Fact]
    public async Task ExecuteAsync_TimeIsOver_IsATimeoutThatCounts()
    {
        var call = () => Execute(Create(TimeSpan.FromMilliseconds(1), retries: 0), WaitForEverAsync);

        await call.Should().ThrowAsync<TimeoutException>().WithMessage("context deadline exceeded");
        _breaker.StateName.Should().Be("open");
    }

    [Fact]
    public async Task ExecuteAsync_AttemptCancelsItself_IsAFailureAsItIs()
    {
        var call = () => Execute(Create(Long, retries: 0), _ => throw new OperationCanceledException("of the attempt"));

        await call.Should().ThrowAsync<OperationCanceledException>().WithMessage("of the attempt");
        _breaker.StateName.Should().Be("open");
    }

    [Fact]
    public async Task ExecuteAsync_FaultThenResult_RepeatsAndReturnsTheResult()
    {
        var attempts = 0;
        var tokens = new HashSet<CancellationToken>();

        var result = await Execute(new Policy(Long, Repeat(3), null, TimeProvider.System, () => 0), token =>
        {
            tokens.Add(token);
            return ++attempts < 3 ? throw new HttpRequestException("refused") : Task.FromResult(attempts);
        });

        result.Should().Be(3);
        tokens.Should().HaveCount(3, "each attempt has its own time");
    }

    [Fact]
    public async Task ExecuteAsync_BreakerOpensOnTheFirstAttempt_EndsTheRepetitions()
    {
        var attempts = 0;

        var call = () => Execute(Create(TimeSpan.Zero, retries: 3), _ => ++attempts > 0 ? throw new HttpRequestException("refused") : Task.FromResult(0));

        await call.Should().ThrowAsync<CircuitOpenException>();
        attempts.Should().Be(1);
    }

    private Policy Create(TimeSpan timeout, int retries) => new(timeout, Repeat(retries), _breaker, TimeProvider.System, () => 0);

    private static RetryPolicy Repeat(int times) => RetryPolicy.Default with { Pause = TimeSpan.Zero, MaxRetries = times };

    private static Task<int> Execute(Policy policy, Func<CancellationToken, Task<int>> attempt, CancellationToken cancellationToken = default) =>
        policy.ExecuteAsync(attempt, _ => AttemptOutcome.Success, cancellationToken);

    private static async Task<int> WaitForEverAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        return 0;
    }
}
