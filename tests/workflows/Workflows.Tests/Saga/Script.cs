using Workflows.Saga;
using Workflows.Steps;

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
        SagaRun.Start + (deadline ?? TimeSpan.FromMinutes(10)),
        900);

    /// <summary>The answer of an activity that succeeds.</summary>
    public static object Succeed(ScriptedCall call) => call.Name switch
    {
        "ProcessPayment" => new StepResult(true, PaymentId: PaymentId),
        "StartCompensation" or "RequireIntervention" or "MarkCancelled" => true,
        _ => StepResult.Completed,
    };

    public static SagaRun Run(Func<ScriptedCall, object?>? unless = null, TimeSpan? cancelAfter = null) => Run((_, call) => unless?.Invoke(call), cancelAfter);

    public static SagaRun Run(Func<SagaRun, ScriptedCall, object?> unless, TimeSpan? cancelAfter = null) =>
        new((run, call) => unless(run, call) ?? Succeed(call)) { CancelAfter = cancelAfter };

    public static object Transient() => throw new TransientStepException("away");

    public static object Permanent() => throw new PermanentStepException("misunderstood");
}
