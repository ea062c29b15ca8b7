using Workflows.Ledger;
using Workflows.Steps;

namespace Workflows.Compensation;

/// <summary>An undo that another service does.</summary>
public abstract class RemoteUndo(IOrderLedger ledger, string name) : RemoteActivity<UndoRequest>(ledger)
{
    /// <inheritdoc />
    protected override StepRun RunOf(UndoRequest input) => new(input.TenantId, input.OrderId, StepKind.Compensation, name, input.Attempt);
}
