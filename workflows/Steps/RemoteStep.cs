using Workflows.Ledger;

namespace Workflows.Steps;

/// <summary>A step that another service does.</summary>
public abstract class RemoteStep(IOrderLedger ledger, string name) : RemoteActivity<StepRequest>(ledger)
{
    /// <inheritdoc />
    protected override StepRun RunOf(StepRequest input) => StepRun.Of(input, name);
}
