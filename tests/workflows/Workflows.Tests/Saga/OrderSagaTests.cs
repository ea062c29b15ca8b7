using Workflows.Saga;
using Workflows.Steps;
using Workflows.Tests.Replay;

namespace Workflows.Tests.Saga;

public class OrderSagaTests
{
    private static readonly string[] Steps = ["ValidateUser", "ReserveStock", "MarkReserved", "ProcessPayment", "ConfirmStock", "MarkPaid"];

    [Fact]
    public async Task Run_EverythingSucceeds_IsPaidWithEachStepOnceInOrder()
    {
        var replay = Script.Run();

        (await replay.SagaAsync()).Should().Be(OrderSagaResult.Paid);

        replay.Names.Should().Equal(Steps);
        ((StepRequest)replay.Calls[^1].Input!).PaymentId.Should().Be(Script.PaymentId);
    }

    [Theory]
    [InlineData("ValidateUser", "user_invalid")]
    [InlineData("ReserveStock", "product_unavailable", "ReleaseStock")]
    [InlineData("MarkReserved", "customer_request", "ReleaseStock")]
    [InlineData("ProcessPayment", "payment_declined", "RefundPayment", "ReleaseStock")]
    [InlineData("ConfirmStock", "out_of_stock", "ReturnStock", "RefundPayment", "ReleaseStock")]
    [InlineData("MarkPaid", "customer_request", "ReturnStock", "RefundPayment", "ReleaseStock")]
    public async Task Run_StepRefusedWithoutAPublicCode_UndoesInReverseAndCancels(string refused, string code, params string[] undos)
    {
        var replay = Script.Run(call => call.Name == refused ? StepResult.Rejected("something_internal") : null);

        (await replay.SagaAsync()).Should().Be(OrderSagaResult.Cancelled(code));

        replay.Names.Should().Equal([.. Steps.TakeWhile(step => step != refused), refused, "StartCompensation", .. undos, "MarkCancelled"]);
    }

    [Theory]
    [InlineData("ReserveStock", "out_of_stock")]
    [InlineData("ProcessPayment", "insufficient_funds")]
    [InlineData("ProcessPayment", "fraud_suspected")]
    public async Task Run_StepRefusedWithAPublicCode_CancelsWithIt(string refused, string code)
    {
        var replay = Script.Run(call => call.Name == refused ? StepResult.Rejected(code, "because") : null);

        (await replay.SagaAsync()).Should().Be(OrderSagaResult.Cancelled(code));
    }

    [Fact]
    public async Task Run_TransientFailures_RetriesWithGrowingPausesAndGoesOn()
    {
        var replay = Script.Run(call => call is { Name: "ProcessPayment", Number: <= 5 } ? Script.Transient() : null);

        (await replay.SagaAsync()).Should().Be(OrderSagaResult.Paid);

        var attempts = replay.Calls.Where(call => call.Name == "ProcessPayment").ToList();
        attempts.Select(call => ((StepRequest)call.Input!).Attempt).Should().Equal(1, 2, 3, 4, 5, 6);
        var pauses = attempts.Zip(attempts.Skip(1), (first, second) => (second.At - first.At).TotalMilliseconds).ToList();
        pauses.Zip([100.0, 200, 400, 1000, 2000]).Should().OnlyContain(pair => pair.First >= pair.Second * 0.8 && pair.First <= (pair.Second * 1.2) + 10);
    }

    [Theory]
    [InlineData("ValidateUser", "user_invalid")]
    [InlineData("ReserveStock", "product_unavailable")]
    [InlineData("ProcessPayment", "payment_unavailable")]
    [InlineData("ConfirmStock", "product_unavailable")]
    public async Task Run_FaultThatLasts_CompensatesAtTheDeadlineAndNotLater(string step, string code)
    {
        var replay = Script.Run(call => call.Name == step ? Script.Transient() : null);

        (await replay.SagaAsync()).Should().Be(OrderSagaResult.Cancelled(code));

        var end = replay.Calls.Single(call => call.Name == "StartCompensation").At - WorkflowReplay.Start;
        end.Should().BeLessThanOrEqualTo(TimeSpan.FromMinutes(10)).And.BeGreaterThan(TimeSpan.FromMinutes(9));
    }

    [Fact]
    public async Task Run_PermanentFailure_IsNotRepeated()
    {
        var replay = Script.Run(call => call.Name == "ReserveStock" ? Script.Permanent() : null);

        (await replay.SagaAsync()).Outcome.Should().Be("CANCELLED");

        replay.Names.Count(name => name == "ReserveStock").Should().Be(1);
        replay.Names.Should().Contain("ReleaseStock", "the call may have worked");
    }

    [Fact]
    public async Task Run_StartedAfterTheDeadline_ChargesNothing()
    {
        var replay = Script.Run();

        (await replay.SagaAsync(deadline: TimeSpan.Zero)).Outcome.Should().Be("CANCELLED");

        replay.Names.Should().Equal("StartCompensation", "MarkCancelled");
    }

    [Fact]
    public async Task Run_DeadlinePassesAfterTheCapture_StillConfirms()
    {
        var replay = Script.Run();

        // The payment step itself ends after the deadline.
        (await replay.SagaAsync(deadline: TimeSpan.FromMilliseconds(18))).Should().Be(OrderSagaResult.Paid);
    }

    [Theory]
    [InlineData("ValidateUser")]
    [InlineData("ReserveStock", "ReleaseStock")]
    [InlineData("ProcessPayment", "RefundPayment", "ReleaseStock")]
    [InlineData("ConfirmStock", "ReturnStock", "RefundPayment", "ReleaseStock")]
    public async Task Run_CancelDuringAStep_IsTakenAfterIt(string during, params string[] undos)
    {
        WorkflowReplay replay = null!;
        replay = Script.Run(call =>
        {
            if (call.Name == during)
            {
                replay.Raise(OrderSaga.CancelEvent, new CancelRequest("changed my mind"));
            }

            return null;
        });

        (await replay.SagaAsync()).Should().Be(OrderSagaResult.Cancelled("customer_request"));

        replay.Names.Should().Equal([.. Steps.TakeWhile(step => step != during), during, "StartCompensation", .. undos, "MarkCancelled"]);
    }

    [Fact]
    public async Task Run_CancelWhileWaitingForTheNextAttempt_DoesNotWaitForIt()
    {
        WorkflowReplay replay = null!;
        replay = Script.Run(
            call => call.Name == "ProcessPayment" ? Script.Transient() : null,
            () => replay.Raise(OrderSaga.CancelEvent, new CancelRequest("too slow")));

        (await replay.SagaAsync()).Should().Be(OrderSagaResult.Cancelled("customer_request"));

        replay.Names.Count(name => name == "ProcessPayment").Should().Be(1);
        replay.Names.Should().ContainInOrder("StartCompensation", "RefundPayment", "ReleaseStock", "MarkCancelled");
    }

    [Fact]
    public async Task Cancellation_OfAPaidOrder_UndoesEverything()
    {
        var replay = Script.Run();

        var result = await replay.RunAsync(() => new OrderCancellation(), new OrderCancellationInput(Script.Order(), new SagaFailure("customer_request", "no longer needed")));

        result.Should().Be(OrderSagaResult.Cancelled("customer_request"));
        replay.Names.Should().Equal("StartCompensation", "ReturnStock", "RefundPayment", "ReleaseStock", "MarkCancelled");
    }
}
