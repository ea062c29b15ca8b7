using Dapr.DurableTask.Protobuf;
using Sidecar.Workflows.Store;

namespace Sidecar.Workflows;

/// <summary>An instance as clients see it.</summary>
internal static class InstanceView
{
    /// <summary>The state of a head; input, output and custom status only on request.</summary>
    public static WorkflowState Of(InstanceRow head, bool withPayloads)
    {
        var state = WorkflowState.Parser.ParseFrom(head.State);
        if (withPayloads)
        {
            state.Input = GetInstanceHistoryResponse.Parser.ParseFrom(head.Start).Events[0].ExecutionStarted.Input;
        }
        else
        {
            state.Output = null;
            state.CustomStatus = null;
        }

        return state;
    }
}
