namespace Workflows.Saga;

/// <summary>A step of the saga: its activity, its undo, and what the order is cancelled with when it fails.</summary>
/// <param name="Name">Name of the step and of its activity.</param>
/// <param name="Key">The step's word in idempotency keys.</param>
/// <param name="Undo">The compensation, registered before the step runs; null when there is nothing to undo.</param>
/// <param name="RefusedCode">Cancellation code of a refusal that gives none a client knows.</param>
/// <param name="UnavailableCode">Cancellation code when the step did not succeed before the deadline.</param>
public sealed record SagaStep(string Name, string Key, string? Undo, string RefusedCode, string UnavailableCode)
{
    /// <summary>The customer exists and is active.</summary>
    public static SagaStep ValidateUser { get; } = new("ValidateUser", "validate-user", null, CancellationCodes.UserInvalid, CancellationCodes.UserInvalid);

    /// <summary>Stock is held.</summary>
    public static SagaStep ReserveStock { get; } = new("ReserveStock", "reserve-stock", "ReleaseStock", CancellationCodes.ProductUnavailable, CancellationCodes.ProductUnavailable);

    /// <summary>The order is RESERVED.</summary>
    public static SagaStep MarkReserved { get; } = new("MarkReserved", "mark-reserved", null, CancellationCodes.CustomerRequest, CancellationCodes.ProductUnavailable);

    /// <summary>The total is authorised and captured.</summary>
    public static SagaStep ProcessPayment { get; } = new("ProcessPayment", "process-payment", "RefundPayment", CancellationCodes.PaymentDeclined, CancellationCodes.PaymentUnavailable);

    /// <summary>The held stock is sold.</summary>
    public static SagaStep ConfirmStock { get; } = new("ConfirmStock", "confirm-stock", "ReturnStock", CancellationCodes.OutOfStock, CancellationCodes.ProductUnavailable);

    /// <summary>The order is PAID.</summary>
    public static SagaStep MarkPaid { get; } = new("MarkPaid", "mark-paid", null, CancellationCodes.CustomerRequest, CancellationCodes.PaymentUnavailable);

    /// <summary>All steps, in order.</summary>
    public static IReadOnlyList<SagaStep> All { get; } = [ValidateUser, ReserveStock, MarkReserved, ProcessPayment, ConfirmStock, MarkPaid];

    /// <summary>The compensations of all steps, in the order they run.</summary>
    public static IReadOnlyList<string> AllUndos { get; } = [.. All.Select(step => step.Undo).OfType<string>().Reverse()];

    /// <summary>The key under which the owning service does this step of an order once.</summary>
    public string IdempotencyKey(Guid orderId) => $"saga:{orderId}:{Key}";

    /// <summary>The key under which the owning service undoes this step of an order once.</summary>
    public string UndoIdempotencyKey(Guid orderId) => $"saga:{orderId}:undo:{Key}";
}
