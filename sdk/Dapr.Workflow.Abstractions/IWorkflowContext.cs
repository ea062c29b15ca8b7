namespace Dapr.Workflow;

/// <summary>The part of a workflow's context that says when and how it runs.</summary>
public interface IWorkflowContext
{
    /// <summary>Whether the code runs again over what happened before.</summary>
    bool IsReplaying { get; }

    /// <summary>The workflow's time: that of the turn, the same in each replay.</summary>
    DateTime CurrentUtcDateTime { get; }

    /// <summary>Whether a change of the workflow's code applies to this instance.</summary>
    bool IsPatched(string patchName);
}
