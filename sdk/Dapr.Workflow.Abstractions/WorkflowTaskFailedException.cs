namespace Dapr.Workflow;

/// <summary>An activity or a child workflow failed.</summary>
public class WorkflowTaskFailedException : Exception
{
    /// <summary>Creates the exception.</summary>
    public WorkflowTaskFailedException(string message, WorkflowTaskFailureDetails failureDetails)
        : base(message)
    {
        ArgumentNullException.ThrowIfNull(failureDetails);
        FailureDetails = failureDetails;
    }

    /// <summary>What happened there.</summary>
    public WorkflowTaskFailureDetails FailureDetails { get; }
}
