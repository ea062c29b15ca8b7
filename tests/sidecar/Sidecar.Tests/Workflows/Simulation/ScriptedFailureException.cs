namespace Sidecar.Tests.Workflows.Simulation;

/// <summary>An activity failed.</summary>
internal sealed class ScriptedFailureException(string message) : Exception(message);
