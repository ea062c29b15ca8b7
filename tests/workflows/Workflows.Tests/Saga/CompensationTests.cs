using Workflows.Compensation;
using Workflows.Saga;
using Workflows.Steps;

namespace Workflows.Tests.Saga;

public class CompensationTests
{
    [Fact]
    public void Undo_FailsForAWhile_DoesNotStopTheOthersAndIsDoneLater()
    {
        var run = Script.Run(call => call switch
        {
            { Name: "ConfirmStock" } => StepResult.Rejected("reservation_expired"),
            { Name: "RefundPayment", Number: <= 10 } => Script.Transient(),
            _ => null,
        });

        run.Saga().Outcome.Should().Be("CANCELLED");

        run.Names.Count(name => name == "RefundPayment").Should().Be(11);
        var names = run.Names.ToList();
        names.IndexOf("ReleaseStock").Should().BeLessThan(names.LastIndexOf("RefundPayment"), "the stock does not wait for the refund");
        var flagged = run.Calls.Single(call => call.Name == "RequireIntervention");
        ((CompensationRequest)flagged.Input!).Undos.Should().Equal("RefundPayment");
        names[^1].Should().Be("MarkCancelled");
    }

    [Fact]
    public void Undo_NeverSucceeds_LeavesTheOrderUncancelledForAPerson()
    {
        var run = Script.Run(call => call.Name switch
        {
            "ProcessPayment" => StepResult.Rejected("payment_declined"),
            "ReleaseStock" => Script.Transient(),
            _ => null,
        });

        run.Saga().Should().Be(OrderSagaResult.InterventionRequired("payment_declined"));

        run.Names.Should().Contain("RequireIntervention").And.NotContain("MarkCancelled");
        run.Names.Count(name => name == "ReleaseStock").Should().BeGreaterThan(200, "it is tried for a day");
        run.LongestHistory.Should().BeLessThan(100, "history must not grow with the attempts");
    }

    [Fact]
    public void Undo_AwayForAPaymentsLeaseAndARestart_CallsNobody()
    {
        DateTime? first = null;
        var run = Script.Run(call =>
        {
            if (call.Name == "ProcessPayment")
            {
                return StepResult.Rejected("payment_declined");
            }

            first ??= call.Name == "RefundPayment" ? call.At : null;
            return call.Name == "RefundPayment" && call.At - first < TimeSpan.FromSeconds(28) ? Script.Transient() : null;
        });

        run.Saga().Outcome.Should().Be("CANCELLED");

        run.Names.Should().NotContain("RequireIntervention");
        (run.Calls.Single(call => call.Name == "ReleaseStock").At - first).Should().BeLessThan(TimeSpan.FromSeconds(12), "the stock does not wait for the refund");
    }

    [Fact]
    public void Undo_Repeated_SaysTenantAndOrderOnly()
    {
        var run = Script.Run(call => call.Name == "ProcessPayment" ? StepResult.Rejected("payment_declined") : null);

        run.Saga();

        run.Calls.Single(call => call.Name == "RefundPayment").Input.Should().Be(new UndoRequest("default", Script.Order().OrderId, 1));
    }

    [Fact]
    public void Undo_Refused_CountsAsNotDone()
    {
        var run = Script.Run(call => call switch
        {
            { Name: "ProcessPayment" } => StepResult.Rejected("payment_declined"),
            { Name: "RefundPayment", Number: 1 } => StepResult.Rejected("not_now"),
            _ => null,
        });

        run.Saga().Outcome.Should().Be("CANCELLED");

        run.Names.Count(name => name == "RefundPayment").Should().Be(2);
    }

    [Fact]
    public void Ledger_Away_IsWaitedFor()
    {
        var run = Script.Run(call => call switch
        {
            { Name: "ReserveStock" } => StepResult.Rejected("out_of_stock"),
            { Name: "StartCompensation", Number: <= 3 } => throw new TimeoutException("no database"),
            _ => null,
        });

        run.Saga().Should().Be(OrderSagaResult.Cancelled("out_of_stock"));

        run.Names.Count(name => name == "StartCompensation").Should().Be(4);
    }
}
