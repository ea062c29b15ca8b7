namespace Dapr.Workflow.Client;

/// <summary>Repeats a failing call of a workflow as its policy says, with durable pauses.</summary>
public sealed class RetryInterceptor<T>
{
    private readonly IWorkflowContext context;
    private readonly WorkflowRetryPolicy policy;
    private readonly Func<Task<T>> call;
    private readonly Func<TimeSpan, Task> pause;

    /// <summary>Creates the repetition of a call; the pause defaults to a timer of the workflow.</summary>
    public RetryInterceptor(IWorkflowContext context, WorkflowRetryPolicy retryPolicy, Func<Task<T>> retryCall, Func<TimeSpan, Task>? retryTimerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(retryPolicy);
        ArgumentNullException.ThrowIfNull(retryCall);
        this.context = context;
        policy = retryPolicy;
        call = retryCall;
        pause = retryTimerFactory ?? (delay => ((WorkflowContext)context).CreateTimer(delay));
    }

    /// <summary>Calls until a success, the last attempt's failure, or the end of the policy's time.</summary>
    public async Task<T> Invoke()
    {
        var firstAttempt = context.CurrentUtcDateTime;
        for (var attempt = 0; ; attempt++)
        {
            TimeSpan delay;
            try
            {
                return await call();
            }
            catch (WorkflowTaskFailedException) when (NextDelay(firstAttempt, attempt) is { } next)
            {
                delay = next;
            }

            await pause(delay);
        }
    }

    private TimeSpan? NextDelay(DateTime firstAttempt, int attempt)
    {
        var isLast = attempt + 1 >= policy.MaxNumberOfAttempts;
        var isLate = policy.RetryTimeout != Timeout.InfiniteTimeSpan && context.CurrentUtcDateTime - firstAttempt >= policy.RetryTimeout;
        if (isLast || isLate)
        {
            return null;
        }

        var ticks = policy.FirstRetryInterval.Ticks * Math.Pow(policy.BackoffCoefficient, attempt);
        var longest = policy.MaxRetryInterval is { } maximum && maximum != Timeout.InfiniteTimeSpan ? maximum : TimeSpan.FromDays(3650);
        return ticks >= longest.Ticks ? longest : TimeSpan.FromTicks((long)ticks);
    }
}
