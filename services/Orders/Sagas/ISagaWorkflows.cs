using Workflows.Saga;

namespace Orders.Sagas;

/// <summary>What the service does with the workflow engine.</summary>
internal interface ISagaWorkflows
{
    /// <summary>Starts an instance; returns when it exists, also when it did before.</summary>
    Task StartAsync(string workflow, string instanceId, object input, CancellationToken ct);

    /// <summary>Asks an instance to cancel. That the engine took the event does not mean that the instance reads it: it may have ended.</summary>
    Task RaiseCancelAsync(string instanceId, CancelRequest request, CancellationToken ct);

    /// <summary>Where an instance stands.</summary>
    Task<InstanceStanding> FindAsync(string instanceId, CancellationToken ct);
}
