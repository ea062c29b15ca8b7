namespace Dapr.Workflow;

/// <summary>How often and when a failed call is repeated.</summary>
public class WorkflowRetryPolicy
{
    /// <summary>Creates the policy.</summary>
    /// <param name="maxNumberOfAttempts">All attempts, the first included; at least 1.</param>
    /// <param name="firstRetryInterval">The pause before the first repetition; more than zero.</param>
    /// <param name="backoffCoefficient">What each pause is multiplied by for the next; at least 1.</param>
    /// <param name="maxRetryInterval">The longest pause; null: no limit. Not shorter than the first.</param>
    /// <param name="retryTimeout">How long after the first attempt a repetition may begin; null: for ever. Not shorter than the first pause.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public WorkflowRetryPolicy(
        int maxNumberOfAttempts, TimeSpan firstRetryInterval, double backoffCoefficient = 1.0, TimeSpan? maxRetryInterval = null, TimeSpan? retryTimeout = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxNumberOfAttempts);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(firstRetryInterval, TimeSpan.Zero);
        if (!double.IsFinite(backoffCoefficient) || backoffCoefficient < 1.0)
        {
            throw new ArgumentOutOfRangeException(nameof(backoffCoefficient), backoffCoefficient, "The coefficient must be a number of at least 1.");
        }

        // The official package checks an absent maximum as if it were one hour.
        var maximum = maxRetryInterval ?? TimeSpan.FromHours(1);
        if (maximum != Timeout.InfiniteTimeSpan && maximum < firstRetryInterval)
        {
            throw new ArgumentOutOfRangeException(nameof(maxRetryInterval), maximum, "The longest pause must not be shorter than the first.");
        }

        var timeout = retryTimeout ?? Timeout.InfiniteTimeSpan;
        if (timeout != Timeout.InfiniteTimeSpan && timeout < firstRetryInterval)
        {
            throw new ArgumentOutOfRangeException(nameof(retryTimeout), timeout, "The timeout must not be shorter than the first pause.");
        }

        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = maxRetryInterval;
        RetryTimeout = timeout;
    }

    /// <summary>All attempts, the first included.</summary>
    public int MaxNumberOfAttempts { get; }

    /// <summary>The pause before the first repetition.</summary>
    public TimeSpan FirstRetryInterval { get; }

    /// <summary>What each pause is multiplied by for the next; default 1.</summary>
    public double BackoffCoefficient { get; }

    /// <summary>The longest pause; null: no limit.</summary>
    public TimeSpan? MaxRetryInterval { get; }

    /// <summary>How long after the first attempt a repetition may begin; default for ever.</summary>
    public TimeSpan RetryTimeout { get; }
}
