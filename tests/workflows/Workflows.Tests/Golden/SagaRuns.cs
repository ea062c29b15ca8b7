using Workflows.Compensation;
using Workflows.Saga;
using Workflows.Steps;
using Workflows.Tests.Replay;
using Workflows.Tests.Saga;

namespace Workflows.Tests.Golden;

/// <summary>The runs whose histories are kept, by the names of their files.</summary>
internal static class SagaRuns
{
    public static IReadOnlyDictionary<string, Func<Task<GoldenHistory>>> All { get; } = new Dictionary<string, Func<Task<GoldenHistory>>>(StringComparer.Ordinal)
    {
        ["paid"] = () => SagaAsync(Script.Run()),
        ["paid-after-retries"] = () => SagaAsync(Script.Run(call => call is { Name: "ReserveStock" or "ProcessPayment" or "MarkPaid", Number: <= 4 } ? Script.Transient() : null)),
        ["declined"] = () => SagaAsync(Script.Run(call => call.Name == "ProcessPayment" ? StepResult.Rejected("payment_declined", "no") : null)),
        ["permanent-failure"] = () => SagaAsync(Script.Run(call => call.Name == "ReserveStock" ? Script.Permanent() : null)),
        ["too-late"] = () => SagaAsync(Script.Run(call => call.Name == "ConfirmStock" ? Script.Transient() : null)),
        ["cancelled-while-waiting"] = CancelledAsync,
        ["left-over-undos"] = () => SagaAsync(Script.Run(call => call switch
        {
            { Name: "ConfirmStock" } => StepResult.Rejected("reservation_expired"),
            { Name: "RefundPayment", Number: <= 10 } => Script.Transient(),
            _ => null,
        })),
        ["rounds-of-undos"] = () => GoldenHistory.RecordAsync(
            Script.Run(call => call is { Name: "RefundPayment", Number: <= 3 } ? Script.Transient() : null),
            () => new LeftoverUndos(),
            new LeftoverUndosInput(Script.Order(), Failure, ["RefundPayment", "ReleaseStock"], 1, WorkflowReplay.Start.AddDays(1))),
        ["cancellation-of-a-paid-order"] = () => GoldenHistory.RecordAsync(Script.Run(), () => new OrderCancellation(), new OrderCancellationInput(Script.Order(), Failure)),
    };

    private static SagaFailure Failure => new("customer_request", "no longer needed");

    /// <summary>Replays a history with today's code.</summary>
    public static Task<string?> CompareAsync(GoldenHistory history) => history.Workflow switch
    {
        nameof(OrderSaga) => history.CompareAsync(() => new OrderSaga()),
        nameof(OrderCancellation) => history.CompareAsync(() => new OrderCancellation()),
        nameof(LeftoverUndos) => history.CompareAsync(() => new LeftoverUndos()),
        _ => throw new ArgumentException($"There is no workflow {history.Workflow} any more: its instances under way cannot go on.", nameof(history)),
    };

    private static Task<GoldenHistory> SagaAsync(WorkflowReplay replay) => GoldenHistory.RecordAsync(replay, () => new OrderSaga(), Script.Order());

    private static Task<GoldenHistory> CancelledAsync()
    {
        WorkflowReplay replay = null!;
        replay = Script.Run(
            call => call.Name == "ProcessPayment" ? Script.Transient() : null,
            () => replay.Raise(OrderSaga.CancelEvent, new CancelRequest("too slow")));
        return SagaAsync(replay);
    }
}
