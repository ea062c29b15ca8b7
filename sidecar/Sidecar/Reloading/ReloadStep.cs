namespace Sidecar.Reloading;

/// <summary>What a building block prepared for changed resources: either all blocks commit, or all abort.</summary>
/// <param name="Commit">Makes the change seen. Never fails: all that can go wrong was done before.</param>
/// <param name="Abort">Closes what was prepared.</param>
/// <param name="Retire">After the commit: waits for the work under way on what was exchanged, and closes it.</param>
internal sealed record ReloadStep(Action Commit, Func<Task> Abort, Func<CancellationToken, Task> Retire)
{
    /// <summary>A step that only has something to do at the commit.</summary>
    public static ReloadStep OnCommit(Action commit) => new(commit, () => Task.CompletedTask, _ => Task.CompletedTask);

    /// <summary>Several steps as one; retired in order. All are aborted, whatever one of them throws.</summary>
    public static ReloadStep All(params IReadOnlyList<ReloadStep> steps) => new(
        () =>
        {
            foreach (var step in steps)
            {
                step.Commit();
            }
        },
        async () =>
        {
            var faults = new List<Exception>();
            foreach (var step in steps)
            {
                try
                {
                    await step.Abort();
                }
                catch (Exception exception)
                {
                    faults.Add(exception);
                }
            }

            if (faults.Count > 0)
            {
                throw new AggregateException(faults);
            }
        },
        async cancellationToken =>
        {
            foreach (var step in steps)
            {
                await step.Retire(cancellationToken);
            }
        });
}
