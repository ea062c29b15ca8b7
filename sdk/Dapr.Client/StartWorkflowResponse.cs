namespace Dapr.Client;

/// <summary>The answer of the workflow methods that this client once had.</summary>
/// <param name="InstanceId">The instance's id.</param>
public record StartWorkflowResponse(string InstanceId);
