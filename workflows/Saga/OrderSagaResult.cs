namespace Workflows.Saga;

/// <summary>How a saga ended.</summary>
/// <param name="Outcome">PAID, CANCELLED, or INTERVENTION_REQUIRED when an undo could not be done.</param>
/// <param name="Code">Why it was cancelled: a cancellation code of the public API.</param>
public sealed record OrderSagaResult(string Outcome, string? Code = null)
{
    /// <summary>Every step is done.</summary>
    public static OrderSagaResult Paid { get; } = new("PAID");

    /// <summary>Every undo is done.</summary>
    public static OrderSagaResult Cancelled(string code) => new("CANCELLED", code);

    /// <summary>An undo was given up; a person has to look.</summary>
    public static OrderSagaResult InterventionRequired(string code) => new("INTERVENTION_REQUIRED", code);
}
