namespace Dapr.Workflow.Testing.Processes;

/// <summary>The store refused a commit.</summary>
internal sealed class SimulatedStoreException(string message) : Exception(message);
