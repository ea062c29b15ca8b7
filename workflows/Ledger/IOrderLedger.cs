using Workflows.Saga;
using Workflows.Steps;

namespace Workflows.Ledger;

/// <summary>
/// The order and the projection of its saga, in the database of the service that hosts the workflow. Every method is one
/// transaction and may be repeated: an activity runs again after a crash.
/// </summary>
public interface IOrderLedger
{
    /// <summary>Notes that an attempt begins.</summary>
    Task StepStartedAsync(StepRun run);

    /// <summary>Notes how an attempt ended.</summary>
    Task StepEndedAsync(StepRun run, StepStatus status, string? error);

    /// <summary>Moves the order to RESERVED; refused with `customer_request` when it is being cancelled.</summary>
    Task<StepResult> MarkReservedAsync(StepRun run);

    /// <summary>Moves the order to PAID; refused with `customer_request` when it is being cancelled.</summary>
    Task<StepResult> MarkPaidAsync(StepRun run, Guid? paymentId);

    /// <summary>Marks the order as being cancelled and lists the undos to come. The first failure noted stays.</summary>
    Task CompensationStartedAsync(string tenantId, Guid orderId, SagaFailure failure, IReadOnlyList<string> undos);

    /// <summary>Notes (and announces) that undos are left over that did not succeed.</summary>
    Task InterventionRequiredAsync(string tenantId, Guid orderId, IReadOnlyList<string> undos);

    /// <summary>Moves the order to CANCELLED: every undo is done.</summary>
    Task MarkCancelledAsync(string tenantId, Guid orderId);
}
