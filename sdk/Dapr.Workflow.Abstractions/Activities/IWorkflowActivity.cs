namespace Dapr.Workflow.Abstractions;

/// <summary>An activity as the worker runs it.</summary>
public interface IWorkflowActivity
{
    /// <summary>The type of the input.</summary>
    Type InputType { get; }

    /// <summary>The type of the output.</summary>
    Type OutputType { get; }

    /// <summary>Runs the activity.</summary>
    Task<object?> RunAsync(WorkflowActivityContext context, object? input);
}
