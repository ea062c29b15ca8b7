using Workflows.Saga;
using Workflows.Steps;

namespace Workflows.Tests.Saga;

public class OrderSagaTests
{
    private static readonly string[] Steps = ["ValidateUser", "ReserveStock", "MarkReserved", "ProcessPayment", "ConfirmStock", "MarkPaid"];

    [Fact]
    public void Run_EverythingSucceeds_IsPaidWithEachStepOnceInOrder()
    {
        var run = Script.Run();

        run.Saga().Should().Be(OrderSagaResult.Paid);

        run.Names.Should().Equal(Steps);
        ((StepRequest)run.Calls[^1].Input!).PaymentId.Should().Be(Script.PaymentId);
    }

    [Theory]
    [InlineData("ValidateUser", "user_invalid")]
    [InlineData("ReserveStock", "product_unavailable", "ReleaseStock")]
    [InlineData("MarkReserved", "customer_request", "ReleaseStock")]
    [InlineData("ProcessPayment", "payment_declined", "RefundPayment", "ReleaseStock")]
    [InlineData("ConfirmStock", "out_of_stock", "ReturnStock", "RefundPayment", "ReleaseStock")]
    [InlineData("MarkPaid", "customer_request", "ReturnStock", "RefundPayment", "ReleaseStock")]
    public void Run_StepRefusedWithoutAPublicCode_UndoesInReverseAndCancels(string refused, string code, params string[] undos)
    {
        var run = Script.Run(call => call.Name == refused ? StepResult.Rejected("something_internal") : null);

        run.Saga().Should().Be(OrderSagaResult.Cancelled(code));

        run.Names.Should().Equal([.. Steps.TakeWhile(step => step != refused), refused, "StartCompensation", .. undos, "MarkCancelled"]);
    }

    [Theory]
    [InlineData("ReserveStock", "out_of_stock")]
    [InlineData("ProcessPayment", "insufficient_funds")]
    [InlineData("ProcessPayment", "fraud_suspected")]
    public void Run_StepRefusedWithAPublicCode_CancelsWithIt(string refused, string code)
    {
        var run = Script.Run(call => call.Name == refused ? StepResult.Rejected(code, "because") : null);

        run.Saga().Should().Be(OrderSagaResult.Cancelled(code));
    }

    [Fact]
    public void Run_TransientFailures_RetriesWithGrowingPausesAndGoesOn()
    {
        var run = Script.Run(call => call is { Name: "ProcessPayment", Number: <= 5 } ? Script.Transient() : null);

        run.Saga().Should().Be(OrderSagaResult.Paid);

        var attempts = run.Calls.Where(call => call.Name == "ProcessPayment").ToList();
        attempts.Select(call => ((StepRequest)call.Input!).Attempt).Should().Equal(1, 2, 3, 4, 5, 6);
        var pauses = attempts.Zip(attempts.Skip(1), (first, second) => (second.At - first.At).TotalMilliseconds).ToList();
        pauses.Zip([100.0, 200, 400, 1000, 2000]).Should().OnlyContain(pair => pair.First >= pair.Second * 0.8 && pair.First <= (pair.Second * 1.2) + 10);
    }

    [Theory]
    [InlineData("ValidateUser", "user_invalid")]
    [InlineData("ReserveStock", "product_unavailable")]
    [InlineData("ProcessPayment", "payment_unavailable")]
    [InlineData("ConfirmStock", "product_unavailable")]
    public void Run_FaultThatLasts_CompensatesAtTheDeadlineAndNotLater(string step, string code)
    {
        var run = Script.Run(call => call.Name == step ? Script.Transient() : null);

        run.Saga().Should().Be(OrderSagaResult.Cancelled(code));

        var end = run.Calls.Single(call => call.Name == "StartCompensation").At - SagaRun.Start;
        end.Should().BeLessThanOrEqualTo(TimeSpan.FromMinutes(10)).And.BeGreaterThan(TimeSpan.FromMinutes(9));
    }

    [Fact]
    public void Run_PermanentFailure_IsNotRepeated()
    {
        var run = Script.Run(call => call.Name == "ReserveStock" ? Script.Permanent() : null);

        run.Saga().Outcome.Should().Be("CANCELLED");

        run.Names.Count(name => name == "ReserveStock").Should().Be(1);
        run.Names.Should().Contain("ReleaseStock", "the call may have worked");
    }

    [Fact]
    public void Run_StartedAfterTheDeadline_ChargesNothing()
    {
        var run = Script.Run();

        run.Saga(deadline: TimeSpan.Zero).Outcome.Should().Be("CANCELLED");

        run.Names.Should().Equal("StartCompensation", "MarkCancelled");
    }

    [Fact]
    public void Run_DeadlinePassesAfterTheCapture_StillConfirms()
    {
        var run = Script.Run();

        // The payment step itself ends after the deadline.
        run.Saga(deadline: TimeSpan.FromMilliseconds(18)).Should().Be(OrderSagaResult.Paid);
    }

    [Theory]
    [InlineData("ValidateUser")]
    [InlineData("ReserveStock", "ReleaseStock")]
    [InlineData("ProcessPayment", "RefundPayment", "ReleaseStock")]
    [InlineData("ConfirmStock", "ReturnStock", "RefundPayment", "ReleaseStock")]
    public void Run_CancelDuringAStep_IsTakenAfterIt(string during, params string[] undos)
    {
        var run = Script.Run((run, call) =>
        {
            if (call.Name == during)
            {
                run.Raise(OrderSaga.CancelEvent, new CancelRequest("changed my mind"));
            }

            return null;
        });

        run.Saga().Should().Be(OrderSagaResult.Cancelled("customer_request"));

        run.Names.Should().Equal([.. Steps.TakeWhile(step => step != during), during, "StartCompensation", .. undos, "MarkCancelled"]);
    }

    [Fact]
    public void Run_CancelWhileWaitingForTheNextAttempt_DoesNotWaitForIt()
    {
        var run = Script.Run(
            call => call.Name == "ProcessPayment" ? Script.Transient() : null,
            cancelAfter: TimeSpan.FromMilliseconds(50));

        run.Saga().Should().Be(OrderSagaResult.Cancelled("customer_request"));

        run.Names.Count(name => name == "ProcessPayment").Should().Be(1);
        run.Names.Should().ContainInOrder("StartCompensation", "RefundPayment", "ReleaseStock", "MarkCancelled");
    }

    [Fact]
    public void Cancellation_OfAPaidOrder_UndoesEverything()
    {
        var run = Script.Run();

        var result = run.Run<OrderSagaResult>(nameof(OrderCancellation), new OrderCancellationInput(Script.Order(), new SagaFailure("customer_request", "no longer needed")));

        result.Should().Be(OrderSagaResult.Cancelled("customer_request"));
        run.Names.Should().Equal("StartCompensation", "ReturnStock", "RefundPayment", "ReleaseStock", "MarkCancelled");
    }
}
