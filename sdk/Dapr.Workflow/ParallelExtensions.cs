namespace Dapr.Workflow;

/// <summary>Runs many tasks of a workflow, a bounded number at a time.</summary>
public static class ParallelExtensions
{
    /// <summary>Runs a task per input and gives the results in the inputs' order.</summary>
    /// <param name="context">The workflow.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="taskFactory">Starts the task of an input; it must use the context only.</param>
    /// <param name="maxConcurrency">How many run at a time; default 5.</param>
    /// <exception cref="AggregateException">Some tasks failed; thrown when all have ended.</exception>
    public static async Task<TResult[]> ProcessInParallelAsync<TInput, TResult>(
        this WorkflowContext context, IEnumerable<TInput> inputs, Func<TInput, Task<TResult>> taskFactory, int maxConcurrency = 5)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(taskFactory);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxConcurrency);
        var all = inputs.ToList();
        var results = new TResult[all.Count];
        var failures = new List<Exception>();
        var running = new List<Task>();
        for (var index = 0; index < all.Count || running.Count > 0;)
        {
            while (index < all.Count && running.Count < maxConcurrency)
            {
                running.Add(RunAsync(index++));
            }

            running.Remove(await Task.WhenAny(running));
        }

        return failures.Count == 0 ? results : throw new AggregateException(failures);

        async Task RunAsync(int index)
        {
            try
            {
                results[index] = await taskFactory(all[index]);
            }
#pragma warning disable CA1031 // every failure is thrown, together, at the end
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failures.Add(exception);
            }
        }
    }
}
