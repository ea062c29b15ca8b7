namespace Workflows.Steps;

/// <summary>A step's answer: done, or refused for a business reason. A fault is an exception instead, and is retried.</summary>
/// <param name="Done">False = refused.</param>
/// <param name="Code">Why it was refused: a stable word.</param>
/// <param name="Detail">Why it was refused, for people.</param>
/// <param name="PaymentId">The payment, from the payment step.</param>
public sealed record StepResult(bool Done, string? Code = null, string? Detail = null, Guid? PaymentId = null)
{
    /// <summary>Done.</summary>
    public static StepResult Completed { get; } = new(true);

    /// <summary>Refused.</summary>
    public static StepResult Rejected(string code, string? detail = null) => new(false, code, detail);
}
