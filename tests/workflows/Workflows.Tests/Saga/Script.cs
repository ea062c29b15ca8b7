using Workflows.Compensation;
using Workflows.Saga;
using Workflows.Steps;
using Workflows.Tests.Replay;

namespace Workflows.Tests.Saga;

/// <summary>Builds saga runs: everything succeeds unless a test says otherwise.</summary>
internal static class Script
{
    public static readonly Guid PaymentId = Guid.Parse("018f0000-0000-7000-8000-000000000001");

    public static OrderSagaInput Order(TimeSpan? deadline = null) => new(
        Guid.Parse("018f0000-0000-7000-8000-0000000000aa"),
        "default",
        Guid.Parse("018f0000-0000-7000-8000-0000000000bb"),
        [new OrderSagaItem(Guid.Parse("018f0000-0000-7000-8000-0000000000cc"), 2)],
        20.50m,
        "EUR",
        Guid.Parse("018f0000-0000-7000-8000-0000000000dd"),
        WorkflowReplay.Start + (deadline ?? TimeSpan.FromMinutes(10)),
        900);

    /// <summary>The answer of an activity that succeeds.</summary>
    public static object Succeed(ScriptedCall call) => call.Name switch
    {
        "ProcessPayment" => new StepResult(true, PaymentId: PaymentId),
        "StartCompensation" or "RequireIntervention" or "MarkCancelled" => true,
        _ => StepResult.Completed,
    };

    public static WorkflowReplay Run(Func<ScriptedCall, object?>? unless = null, Action? waiting = null) =>
        new()
        {
            Activity = call => unless?.Invoke(call) ?? Succeed(call),
            Waiting = waiting,
            Children = { [nameof(LeftoverUndos)] = (replay, input) => replay.Run(() => new LeftoverUndos(), (LeftoverUndosInput)input!) },
        };

    public static Task<OrderSagaResult> SagaAsync(this WorkflowReplay replay, TimeSpan? deadline = null) => replay.RunAsync(() => new OrderSaga(), Order(deadline));

    public static object Transient() => throw new TransientStepException("away");

    public static object Permanent() => throw new PermanentStepException("misunderstood");
}
