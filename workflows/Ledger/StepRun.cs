using Workflows.Steps;

namespace Workflows.Ledger;

/// <summary>One attempt at a step or an undo.</summary>
public sealed record StepRun(string TenantId, Guid OrderId, StepKind Kind, string Name, int Attempt)
{
    internal static StepRun Of(StepRequest request, string name) => new(request.Order.TenantId, request.Order.OrderId, StepKind.Step, name, request.Attempt);
}
