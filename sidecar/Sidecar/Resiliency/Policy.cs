using System.Runtime.ExceptionServices;

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
    public bool Repeats(AttemptOutcome outcome, int attempt) => Retries && retry!.Allows(attempt) && retry.Matches(outcome);

    /// <inheritdoc />
    public Task<T> ExecuteAsync<T>(Func<CancellationToken, Task<T>> attempt, Func<T, AttemptOutcome> judge, CancellationToken cancellationToken)
    {
        metrics?.Executed(timeout > TimeSpan.Zero, retry is not null, breaker);
        return retry is null && breaker is null && timeout == TimeSpan.Zero ? attempt(cancellationToken) : RunAsync(attempt, judge, cancellationToken);
    }

    // One method and not one for each part: every call passes here, and each method that waits costs it memory and time.
    private async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> attempt, Func<T, AttemptOutcome> judge, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        for (var repetition = 1; ; repetition++)
        {
            using (var trial = new PolicyTrial(timeout, breaker, time, metrics, cancellationToken))
            {
                try
                {
                    var result = await attempt(trial.Token);
                    var outcome = judge(result);
                    trial.End(outcome.Failed);
                    if (!outcome.Failed || retry?.Matches(outcome) != true || IsExhausted(retry, repetition, began))
                    {
                        return result;
                    }
                }
                catch (Exception exception)
                {
                    var isLast = exception is NotRepeatableException;
                    var fault = trial.Fail(isLast ? exception.InnerException! : exception);
                    if (retry is null || isLast || fault is CircuitOpenException || cancellationToken.IsCancellationRequested || IsExhausted(retry, repetition, began))
                    {
                        ExceptionDispatchInfo.Throw(fault);
                    }
                }
            }

            if (repetition == 1)
            {
                metrics?.Repeated();
            }

            await Task.Delay(retry.PauseBefore(repetition, random()), time, cancellationToken);
        }
    }

    private bool IsExhausted(RetryPolicy policy, int repetition, long began) =>
        !policy.Allows(repetition) || (policy.Exponential && time.GetElapsedTime(began) > RetryPolicy.MaxElapsed);
}
