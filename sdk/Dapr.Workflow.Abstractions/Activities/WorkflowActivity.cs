using Dapr.Workflow.Abstractions;

namespace Dapr.Workflow;

/// <summary>
/// A step of a workflow that may do anything: call services, read clocks. It may run more than once; use
/// <see cref="WorkflowActivityContext.TaskExecutionKey"/> to make its effect idempotent.
/// </summary>
public abstract class WorkflowActivity<TInput, TOutput> : IWorkflowActivity
{
    Type IWorkflowActivity.InputType => typeof(TInput);

    Type IWorkflowActivity.OutputType => typeof(TOutput);

    /// <summary>Runs the activity; an exception fails it.</summary>
    public abstract Task<TOutput> RunAsync(WorkflowActivityContext context, TInput input);

    /// <inheritdoc />
    public async Task<object?> RunAsync(WorkflowActivityContext context, object? input) => await RunAsync(context, (TInput)input!);
}
