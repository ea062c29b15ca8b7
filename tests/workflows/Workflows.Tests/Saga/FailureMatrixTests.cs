using Workflows.Saga;
using Workflows.Steps;

namespace Workflows.Tests.Saga;

/// <summary>Every step failing in every way, with every undo failing once as well: the saga's invariants hold in all of them.</summary>
public class FailureMatrixTests
{
    private static readonly string[] Ways = ["refused", "permanent", "transient once", "transient for ever", "cancelled"];

    public static TheoryData<string, string, bool> Cases()
    {
        var cases = new TheoryData<string, string, bool>();
        foreach (var step in SagaStep.All)
        {
            foreach (var way in Ways)
            {
                cases.Add(step.Name, way, false);
                cases.Add(step.Name, way, true);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Run_AnyFailure_EndsPaidOrFullyUndone(string step, string way, bool undosFailOnce)
    {
        var run = Script.Run((run, call) => undosFailOnce && call.Number == 1 && SagaStep.AllUndos.Contains(call.Name) ? Script.Transient() : Fail(run, call, step, way));

        var result = run.Saga();

        var names = run.Names.ToList();
        var called = SagaStep.All.Where(known => names.Contains(known.Name)).ToList();
        if (result == OrderSagaResult.Paid)
        {
            called.Should().Equal(SagaStep.All);
            names.Should().NotContain(SagaStep.AllUndos);
            return;
        }

        result.Outcome.Should().Be("CANCELLED");
        var undos = called.Select(known => known.Undo).OfType<string>().Reverse().ToList();
        names.Where(SagaStep.AllUndos.Contains).Distinct().Should().Equal(undos, "each called step is undone, last first");
        names.LastIndexOf(called.Count == 0 ? "StartCompensation" : called[^1].Name).Should().BeLessThanOrEqualTo(names.IndexOf("StartCompensation"), "no step follows an undo");
        names[^1].Should().Be("MarkCancelled", "the order is cancelled last");
    }

    private static object? Fail(SagaRun run, ScriptedCall call, string step, string way)
    {
        if (call.Name != step)
        {
            return null;
        }

        switch (way)
        {
            case "refused":
                return StepResult.Rejected("no");
            case "permanent":
                return Script.Permanent();
            case "transient once":
                return call.Number == 1 ? Script.Transient() : null;
            case "transient for ever":
                return Script.Transient();
            default:
                run.Raise(OrderSaga.CancelEvent, new CancelRequest("stop"));
                return null;
        }
    }
}
