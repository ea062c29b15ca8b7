using Workflows.Compensation;
using Workflows.Saga;
using Workflows.Steps;

namespace Workflows.Tests.Saga;

public class CompensationTests
{
    [Fact]
    public async Task Undo_FailsForAWhile_DoesNotStopTheOthersAndIsDoneLater()
    {
        var replay = Script.Run(call => call switch
        {
            { Name: "ConfirmStock" } => StepResult.Rejected("reservation_expired"),
            { Name: "RefundPayment", Number: <= 10 } => Script.Transient(),
            _ => null,
        });

        (await replay.SagaAsync()).Outcome.Should().Be("CANCELLED");

        replay.Names.Count(name => name == "RefundPayment").Should().Be(11);
        var names = replay.Names.ToList();
        names.IndexOf("ReleaseStock").Should().BeLessThan(names.LastIndexOf("RefundPayment"), "the stock does not wait for the refund");
        var flagged = replay.Calls.Single(call => call.Name == "RequireIntervention");
        ((CompensationRequest)flagged.Input!).Undos.Should().Equal("RefundPayment");
        names[^1].Should().Be("MarkCancelled");
    }

    [Fact]
    public async Task Undo_NeverSucceeds_LeavesTheOrderUncancelledForAPerson()
    {
        var replay = Script.Run(call => call.Name switch
        {
            "ProcessPayment" => StepResult.Rejected("payment_declined"),
            "ReleaseStock" => Script.Transient(),
            _ => null,
        });

        (await replay.SagaAsync()).Should().Be(OrderSagaResult.InterventionRequired("payment_declined"));

        replay.Names.Should().Contain("RequireIntervention").And.NotContain("MarkCancelled");
        replay.Names.Count(name => name == "ReleaseStock").Should().BeGreaterThan(200, "it is tried for a day");
        replay.LongestHistory.Should().BeLessThan(100, "history must not grow with the attempts");
    }

    [Fact]
    public async Task Undo_AwayForAPaymentsLeaseAndARestart_CallsNobody()
    {
        DateTime? first = null;
        var replay = Script.Run(call =>
        {
            if (call.Name == "ProcessPayment")
            {
                return StepResult.Rejected("payment_declined");
            }

            first ??= call.Name == "RefundPayment" ? call.At : null;
            return call.Name == "RefundPayment" && call.At - first < TimeSpan.FromSeconds(28) ? Script.Transient() : null;
        });

        (await replay.SagaAsync()).Outcome.Should().Be("CANCELLED");

        replay.Names.Should().NotContain("RequireIntervention");
        (replay.Calls.Single(call => call.Name == "ReleaseStock").At - first).Should().BeLessThan(TimeSpan.FromSeconds(12), "the stock does not wait for the refund");
    }

    [Fact]
    public async Task Undo_Repeated_SaysTenantAndOrderOnly()
    {
        var replay = Script.Run(call => call.Name == "ProcessPayment" ? StepResult.Rejected("payment_declined") : null);

        await replay.SagaAsync();

        replay.Calls.Single(call => call.Name == "RefundPayment").Input.Should().Be(new UndoRequest("default", Script.Order().OrderId, 1));
    }

    [Fact]
    public async Task Undo_Refused_CountsAsNotDone()
    {
        var replay = Script.Run(call => call switch
        {
            { Name: "ProcessPayment" } => StepResult.Rejected("payment_declined"),
            { Name: "RefundPayment", Number: 1 } => StepResult.Rejected("not_now"),
            _ => null,
        });

        (await replay.SagaAsync()).Outcome.Should().Be("CANCELLED");

        replay.Names.Count(name => name == "RefundPayment").Should().Be(2);
    }

    [Fact]
    public async Task Ledger_Away_IsWaitedFor()
    {
        var replay = Script.Run(call => call switch
        {
            { Name: "ReserveStock" } => StepResult.Rejected("out_of_stock"),
            { Name: "StartCompensation", Number: <= 3 } => throw new TimeoutException("no database"),
            _ => null,
        });

        (await replay.SagaAsync()).Should().Be(OrderSagaResult.Cancelled("out_of_stock"));

        replay.Names.Count(name => name == "StartCompensation").Should().Be(4);
    }
}
