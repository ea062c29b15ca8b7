namespace Dapr.Workflow.Registration;

/// <summary>Limits of the worker's and the client's messages in bytes; null: no limit.</summary>
internal sealed class WorkflowRpcOptions
{
    public int? MaxReceiveMessageSize { get; set; }

    public int? MaxSendMessageSize { get; set; }
}
