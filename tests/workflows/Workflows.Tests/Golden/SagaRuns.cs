using Dapr.Workflow.Testing.Histories;
using Workflows.Compensation;
using Workflows.Saga;
using Workflows.Steps;
using Workflows.Tests.Saga;

namespace Workflows.Tests.Golden;

/// <summary>The runs whose histories are kept, by the names of their files.</summary>
internal static class SagaRuns
{
    public static IReadOnlyDictionary<string, Func<WorkflowHistory>> All { get; } = new Dictionary<string, Func<WorkflowHistory>>(StringComparer.Ordinal)
    {
        ["paid"] = () => Saga(Script.Run()),
        ["paid-after-retries"] = () => Saga(Script.Run(call => call is { Name: "ReserveStock" or "ProcessPayment" or "MarkPaid", Number: <= 4 } ? Script.Transient() : null)),
        ["declined"] = () => Saga(Script.Run(call => call.Name == "ProcessPayment" ? StepResult.Rejected("payment_declined", "no") : null)),
        ["permanent-failure"] = () => Saga(Script.Run(call => call.Name == "ReserveStock" ? Script.Permanent() : null)),
        ["too-late"] = () => Saga(Script.Run(call => call.Name == "ConfirmStock" ? Script.Transient() : null)),
        ["cancelled-while-waiting"] = () => Saga(Script.Run(call => call.Name == "ProcessPayment" ? Script.Transient() : null, cancelAfter: TimeSpan.FromMilliseconds(50))),
        ["left-over-undos"] = () => Saga(Script.Run(call => call switch
        {
            { Name: "ConfirmStock" } => StepResult.Rejected("reservation_expired"),
            { Name: "RefundPayment", Number: <= 10 } => Script.Transient(),
            _ => null,
        })),
        ["rounds-of-undos"] = () => History<bool>(
            Script.Run(call => call is { Name: "RefundPayment", Number: <= 3 } ? Script.Transient() : null),
            nameof(LeftoverUndos),
            new LeftoverUndosInput(Script.Order(), Failure, ["RefundPayment", "ReleaseStock"], 1, SagaRun.Start.AddDays(1))),
        ["cancellation-of-a-paid-order"] = () => History<OrderSagaResult>(Script.Run(), nameof(OrderCancellation), new OrderCancellationInput(Script.Order(), Failure)),
    };

    private static SagaFailure Failure => new("customer_request", "no longer needed");

    private static WorkflowHistory Saga(SagaRun run) => History<OrderSagaResult>(run, nameof(OrderSaga), Script.Order());

    private static WorkflowHistory History<TOutput>(SagaRun run, string workflow, object input)
    {
        run.Run<TOutput>(workflow, input);
        return run.History;
    }
}
