using System.Collections.Concurrent;
using Orders.Sagas;
using Workflows.Saga;

namespace Orders.Tests;

/// <summary>An engine that takes everything and does nothing: instances stand where a test puts them.</summary>
internal sealed class ScriptedWorkflows : ISagaWorkflows
{
    /// <summary>Where instances stand; absent by default.</summary>
    public ConcurrentDictionary<string, InstanceStanding> Instances { get; } = new(StringComparer.Ordinal);

    /// <summary>The ids of the instances that were asked to cancel.</summary>
    public ConcurrentQueue<string> Raised { get; } = new();

    public Task StartAsync(string workflow, string instanceId, object input, CancellationToken ct)
    {
        Instances[instanceId] = InstanceStanding.Running;
        return Task.CompletedTask;
    }

    // As the engine does for an instance that has ended: accepted, read by nobody.
    public Task RaiseCancelAsync(string instanceId, CancelRequest request, CancellationToken ct)
    {
        Raised.Enqueue(instanceId);
        return Task.CompletedTask;
    }

    public Task<InstanceStanding> FindAsync(string instanceId, CancellationToken ct) =>
        Task.FromResult(Instances.GetValueOrDefault(instanceId, InstanceStanding.Absent));
}
