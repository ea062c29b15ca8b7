using Dapr.Workflow;
using Workflows.Compensation;
using Workflows.Steps;

namespace Workflows.Saga;

/// <summary>
/// The order saga: every step done and the order PAID, or every registered undo done and the order CANCELLED.
/// Invariants: an undo is registered before its step is called (the call may have worked although its answer was lost);
/// undos run in reverse; every call carries the key of order and step, so that repeating one is harmless. The code is
/// replayed from its history after every step: it takes time from the context and awaits nothing but the context's tasks.
/// </summary>
public sealed class OrderSaga : Workflow<OrderSagaInput, OrderSagaResult>
{
    /// <summary>The external event that asks for cancellation; taken between steps and while waiting for the next attempt.</summary>
    public const string CancelEvent = "cancel";

    /// <inheritdoc />
    public override async Task<OrderSagaResult> RunAsync(WorkflowContext context, OrderSagaInput input)
    {
        var forward = new ForwardSteps(context, input);
        var failure = await forward.RunAsync();
        return failure is null ? OrderSagaResult.Paid : await new Undoing(context, input).RunAsync(failure, forward.RegisteredUndos);
    }
}
