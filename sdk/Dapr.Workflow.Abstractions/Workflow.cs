namespace Dapr.Workflow;

/// <summary>
/// A durable function: it is run again from its start whenever something it waits for happens, and must therefore do nothing but
/// compute and await tasks of its context.
/// </summary>
public abstract class Workflow<TInput, TOutput> : IWorkflow
{
    Type IWorkflow.InputType => typeof(TInput);

    Type IWorkflow.OutputType => typeof(TOutput);

    /// <summary>Runs the workflow; an exception fails it.</summary>
    public abstract Task<TOutput> RunAsync(WorkflowContext context, TInput input);

    async Task<object?> IWorkflow.RunAsync(WorkflowContext context, object? input) => await RunAsync(context, (TInput)input!);
}
