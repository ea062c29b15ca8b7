namespace Sidecar.Resiliency;

/// <summary>
/// Timeout, retries and circuit breaker put together as daprd does: the timeout holds for each attempt, the breaker counts each attempt,
/// a breaker that refuses ends the retries.
/// </summary>
internal sealed class Policy(TimeSpan timeout, RetryPolicy? retry, CircuitBreaker? breaker, TimeProvider time, Func<double> random, PolicyMetrics? metrics = null) : IPolicy
{
    /// <summary>Runs a call as it is.</summary>
    public static IPolicy None { get; } = new Policy(TimeSpan.Zero, null, null, TimeProvider.System, () => 0);

    /// <summary>True when it counts, so that it must not be shared between targets.</summary>
    public bool HasBreaker => breaker is not null;

    /// <inheritdoc />
    public bool Retries => retry is { MaxRetries: not 0 };

    /// <inheritdoc />
    public Task<T> ExecuteAsync<T>(Func<CancellationToken, Task<T>> attempt, Func<T, AttemptOutcome> judge, CancellationToken cancellationToken)
    {
        metrics?.Executed(timeout > TimeSpan.Zero, retry is not null, breaker);
        if (retry is null)
        {
            return timeout == TimeSpan.Zero && breaker is null ? attempt(cancellationToken) : RunOnceAsync(attempt, judge, cancellationToken);
        }

        return RunWithRetriesAsync(retry, attempt, judge, cancellationToken);
    }

    private async Task<T> RunWithRetriesAsync<T>(RetryPolicy policy, Func<CancellationToken, Task<T>> attempt, Func<T, AttemptOutcome> judge, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        for (var repetition = 1; ; repetition++)
        {
            try
            {
                var result = await RunOnceAsync(attempt, judge, cancellationToken);
                var outcome = judge(result);
                if (!outcome.Failed || !policy.Matches(outcome) || IsExhausted(policy, repetition, began))
                {
                    return result;
                }
            }
            catch (Exception exception) when (IsRetried(exception, cancellationToken) && !IsExhausted(policy, repetition, began))
            {
                // The attempt is repeated below.
            }

            if (repetition == 1)
            {
                metrics?.Repeated();
            }

            await Task.Delay(policy.PauseBefore(repetition, random()), time, cancellationToken);
        }
    }

    private bool IsExhausted(RetryPolicy policy, int repetition, long began) =>
        (policy.MaxRetries >= 0 && repetition > policy.MaxRetries) || (policy.Exponential && time.GetElapsedTime(began) > RetryPolicy.MaxElapsed);

    private static bool IsRetried(Exception exception, CancellationToken cancellationToken) =>
        exception is not CircuitOpenException && !cancellationToken.IsCancellationRequested;

    private async Task<T> RunOnceAsync<T>(Func<CancellationToken, Task<T>> attempt, Func<T, AttemptOutcome> judge, CancellationToken cancellationToken)
    {
        var generation = breaker?.Begin() ?? 0;
        var before = breaker?.StateName;
        try
        {
            var result = await RunWithTimeoutAsync(attempt, cancellationToken);
            breaker?.End(generation, judge(result).Failed);
            metrics?.Changed(before, breaker);
            return result;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            breaker?.Abandon(generation);
            throw;
        }
        catch
        {
            breaker?.End(generation, failed: true);
            metrics?.Changed(before, breaker);
            throw;
        }
    }

    private async Task<T> RunWithTimeoutAsync<T>(Func<CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
    {
        if (timeout == TimeSpan.Zero)
        {
            return await attempt(cancellationToken);
        }

        using var timer = new CancellationTokenSource(timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return await attempt(linked.Token);
        }
        catch (OperationCanceledException exception) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            metrics?.TimedOut();
            throw new TimeoutException("context deadline exceeded", exception);
        }
    }
}
