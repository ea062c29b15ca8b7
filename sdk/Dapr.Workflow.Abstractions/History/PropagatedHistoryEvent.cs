using System.Diagnostics.CodeAnalysis;

namespace Dapr.Workflow;

/// <summary>One workflow of a propagated history.</summary>
public sealed class PropagatedHistoryEvent
{
    /// <summary>Creates the record.</summary>
    public PropagatedHistoryEvent(
        string instanceId,
        string appId,
        string name,
        IReadOnlyList<PropagatedHistoryActivityResult> activities,
        IReadOnlyList<PropagatedHistoryWorkflowResult> childWorkflows)
    {
        InstanceId = instanceId;
        AppId = appId;
        Name = name;
        Activities = activities;
        Workflows = childWorkflows;
    }

    /// <summary>The instance.</summary>
    public string InstanceId { get; }

    /// <summary>The app it ran in.</summary>
    public string AppId { get; }

    /// <summary>The workflow's name.</summary>
    public string Name { get; }

    /// <summary>Its activities.</summary>
    public IReadOnlyList<PropagatedHistoryActivityResult> Activities { get; }

    /// <summary>Its child workflows.</summary>
    public IReadOnlyList<PropagatedHistoryWorkflowResult> Workflows { get; }

    /// <summary>The activities of a name.</summary>
    public IReadOnlyList<PropagatedHistoryActivityResult> GetActivitiesByName(string name) => [.. Activities.Where(activity => string.Equals(activity.Name, name, StringComparison.Ordinal))];

    /// <summary>The child workflows of a name.</summary>
    public IReadOnlyList<PropagatedHistoryWorkflowResult> GetWorkflowsByName(string name) => [.. Workflows.Where(workflow => string.Equals(workflow.Name, name, StringComparison.Ordinal))];

    /// <summary>The last activity of a name.</summary>
    public bool TryGetLastActivityByName(string name, [NotNullWhen(true)] out PropagatedHistoryActivityResult? result)
    {
        var all = GetActivitiesByName(name);
        result = all.Count == 0 ? null : all[^1];
        return result is not null;
    }

    /// <summary>The last child workflow of a name.</summary>
    public bool TryGetLastWorkflowByName(string name, [NotNullWhen(true)] out PropagatedHistoryWorkflowResult? result)
    {
        var all = GetWorkflowsByName(name);
        result = all.Count == 0 ? null : all[^1];
        return result is not null;
    }
}
