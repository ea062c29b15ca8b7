using System.Diagnostics.CodeAnalysis;

namespace Dapr.Workflow;

/// <summary>The history a caller let a workflow see.</summary>
public sealed class PropagatedHistory
{
    /// <summary>Creates the history.</summary>
    public PropagatedHistory(IReadOnlyList<PropagatedHistoryEvent> events)
    {
        Events = events;
    }

    /// <summary>The workflows, the oldest first.</summary>
    public IReadOnlyList<PropagatedHistoryEvent> Events { get; }

    /// <summary>The apps that took part.</summary>
    public IReadOnlyList<string> GetAppIds() => [.. Events.Select(entry => entry.AppId).Distinct(StringComparer.Ordinal)];

    /// <summary>The workflows of an app.</summary>
    public IReadOnlyList<PropagatedHistoryEvent> GetByAppId(string appId) => [.. Events.Where(entry => string.Equals(entry.AppId, appId, StringComparison.Ordinal))];

    /// <summary>The workflows of an instance.</summary>
    public IReadOnlyList<PropagatedHistoryEvent> GetByInstanceId(string instanceId) =>
        [.. Events.Where(entry => string.Equals(entry.InstanceId, instanceId, StringComparison.Ordinal))];

    /// <summary>The workflows of a name.</summary>
    public IReadOnlyList<PropagatedHistoryEvent> GetEventsByWorkflowName(string name) => [.. Events.Where(entry => string.Equals(entry.Name, name, StringComparison.Ordinal))];

    /// <summary>The last workflow of a name.</summary>
    public bool TryGetLastWorkflowEventByName(string name, [NotNullWhen(true)] out PropagatedHistoryEvent? result)
    {
        var all = GetEventsByWorkflowName(name);
        result = all.Count == 0 ? null : all[^1];
        return result is not null;
    }
}
