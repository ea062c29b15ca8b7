namespace Dapr.Workflow.Registration;

/// <summary>What one AddDaprWorkflow call registers.</summary>
internal sealed record WorkflowRegistration(Action<WorkflowRuntimeOptions>? Configure);
