namespace Workflows.Steps;

/// <summary>The body of a step call's answer: `outcome` done or rejected, and what the step adds.</summary>
public sealed record StepAnswer(string Outcome, string? Code = null, string? Detail = null, Guid? PaymentId = null, string? Status = null)
{
    internal StepResult ToResult() => IsDone ? new StepResult(true, PaymentId: PaymentId) : StepResult.Rejected(Code ?? "rejected", Detail);

    internal bool IsDone => string.Equals(Outcome, "done", StringComparison.Ordinal);
}
