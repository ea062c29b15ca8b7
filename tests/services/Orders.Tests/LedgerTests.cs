using System.Net;
using System.Text.Json;
using Orders.Model;
using Workflows.Ledger;
using Workflows.Saga;

namespace Orders.Tests;

public class LedgerTests(OrdersFixture fixture) : IClassFixture<OrdersFixture>
{
    private readonly Guid _user = Guid.NewGuid();

    [Fact]
    public async Task Saga_NewOrder_ShowsEveryStepPending()
    {
        var saga = await fixture.GetAsync(_user, await fixture.OrderAsync(_user), "/saga");

        saga.GetProperty("state").GetString().Should().Be("PENDING");
        Statuses(saga, "steps").Should().Equal("ValidateUser PENDING", "ReserveStock PENDING", "MarkReserved PENDING", "ProcessPayment PENDING", "ConfirmStock PENDING", "MarkPaid PENDING");
        saga.GetProperty("compensations").GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task Steps_Done_MoveTheOrderToPaidOnceHoweverOftenTheyAreRepeated()
    {
        var order = await fixture.OrderAsync(_user);
        var payment = Guid.NewGuid();

        foreach (var step in SagaStep.All)
        {
            await RunAsync(order, step.Name, payment);
            await RunAsync(order, step.Name, payment);
        }

        var paid = await fixture.GetAsync(_user, order);
        paid.GetProperty("status").GetString().Should().Be("PAID");
        paid.GetProperty("paymentId").GetGuid().Should().Be(payment);
        paid.GetProperty("version").GetInt64().Should().Be(3);
        var saga = await fixture.GetAsync(_user, order, "/saga");
        saga.GetProperty("state").GetString().Should().Be("COMPLETED");
        Statuses(saga, "steps").Should().OnlyContain(status => status.EndsWith(" COMPLETED"));
        saga.GetProperty("steps")[0].GetProperty("completedAt").GetDateTimeOffset().Should().BeOnOrAfter(saga.GetProperty("steps")[0].GetProperty("startedAt").GetDateTimeOffset());
        await Eventually.TrueAsync(() => fixture.Sidecar.Published.Count(message => message.Subject == order.ToString()) == 3, "created, reserved and paid are published once each");
    }

    [Fact]
    public async Task Compensation_Order_IsCancelledWithTheFirstReasonAndErrorsAreForOperators()
    {
        var order = await fixture.OrderAsync(_user);
        var run = new StepRun("default", order, StepKind.Step, "ReserveStock", 3);
        await RunAsync(order, "ValidateUser", null);
        await fixture.Ledger.StepStartedAsync(run);
        await fixture.Ledger.StepEndedAsync(run, StepStatus.Rejected, "out_of_stock: none left");
        await fixture.Ledger.CompensationStartedAsync("default", order, new SagaFailure("out_of_stock", "none left"), ["ReleaseStock"]);
        await fixture.Ledger.CompensationStartedAsync("default", order, new SagaFailure("user_invalid", "later"), ["ReleaseStock"]);

        var between = await fixture.GetAsync(_user, order);
        between.GetProperty("status").GetString().Should().Be("CREATED");
        between.GetProperty("cancelling").GetBoolean().Should().BeTrue();
        await fixture.Ledger.StepEndedAsync(run with { Kind = StepKind.Compensation, Name = "ReleaseStock", Attempt = 1 }, StepStatus.Completed, null);
        await fixture.Ledger.MarkCancelledAsync("default", order);
        await fixture.Ledger.MarkCancelledAsync("default", order);

        var cancelled = await fixture.GetAsync(_user, order);
        cancelled.GetProperty("status").GetString().Should().Be("CANCELLED");
        cancelled.TryGetProperty("cancelling", out _).Should().BeFalse();
        cancelled.GetProperty("cancellation").GetProperty("code").GetString().Should().Be("out_of_stock");
        var saga = await fixture.GetAsync(_user, order, "/saga");
        saga.GetProperty("state").GetString().Should().Be("COMPENSATED");
        Statuses(saga, "steps").Should().Equal("ValidateUser COMPLETED", "ReserveStock REJECTED", "MarkReserved SKIPPED", "ProcessPayment SKIPPED", "ConfirmStock SKIPPED", "MarkPaid SKIPPED");
        Statuses(saga, "compensations").Should().Equal("ReleaseStock COMPLETED");
        saga.GetProperty("steps")[1].GetProperty("attempts").GetInt32().Should().Be(3);
        saga.GetProperty("steps")[1].TryGetProperty("error", out _).Should().BeFalse("the owner sees no error details");
        (await fixture.GetAsync(Guid.NewGuid(), order, "/saga", "operator")).GetProperty("steps")[1].GetProperty("error").GetString().Should().Be("out_of_stock: none left");
    }

    [Fact]
    public async Task Intervention_Required_IsShownAndPublished()
    {
        var order = await fixture.OrderAsync(_user);
        await fixture.Ledger.CompensationStartedAsync("default", order, new SagaFailure("payment_declined", "no"), ["RefundPayment"]);

        await fixture.Ledger.InterventionRequiredAsync("default", order, ["RefundPayment"]);

        (await fixture.GetAsync(_user, order, "/saga")).GetProperty("manualInterventionRequired").GetBoolean().Should().BeTrue();
        await Eventually.TrueAsync(() => fixture.Sidecar.Published.Any(message => message.Type == "order.intervention_required" && message.Subject == order.ToString()), "it is published");
    }

    [Fact]
    public async Task Cancel_BeforePaid_WinsOverMarkPaidAndTellsTheSaga()
    {
        var order = await fixture.OrderAsync(_user);
        await RunAsync(order, "MarkReserved", null);

        using var answer = await fixture.CancelAsync(_user, order);
        using var again = await fixture.CancelAsync(_user, order);

        answer.StatusCode.Should().Be(HttpStatusCode.Accepted);
        again.StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await OrdersFixture.JsonAsync(answer)).GetProperty("cancelling").GetBoolean().Should().BeTrue();
        (await fixture.Ledger.MarkPaidAsync(new StepRun("default", order, StepKind.Step, "MarkPaid", 1), Guid.NewGuid())).Done.Should().BeFalse();
        (await fixture.GetAsync(_user, order)).GetProperty("status").GetString().Should().Be("RESERVED");
        await Eventually.TrueAsync(() => fixture.Workflows.Of(order).SequenceEqual(["OrderSaga", "cancel"]), "the saga is told once, after its start");
    }

    [Fact]
    public async Task Cancel_PaidOrder_StartsACancellation()
    {
        var order = await fixture.OrderAsync(_user);
        await RunAsync(order, "MarkReserved", null);
        await RunAsync(order, "MarkPaid", Guid.NewGuid());

        using var answer = await fixture.CancelAsync(_user, order);

        answer.StatusCode.Should().Be(HttpStatusCode.Accepted);
        await Eventually.TrueAsync(() => fixture.Workflows.Of(order).Contains("OrderCancellation"), "the cancellation is started");
        await fixture.Ledger.CompensationStartedAsync("default", order, new SagaFailure("customer_request", "x"), SagaStep.AllUndos);
        await fixture.Ledger.MarkCancelledAsync("default", order);
        using var after = await fixture.CancelAsync(_user, order);
        after.StatusCode.Should().Be(HttpStatusCode.OK);
        (await OrdersFixture.JsonAsync(after)).GetProperty("status").GetString().Should().Be("CANCELLED");
    }

    [Theory]
    [InlineData("SHIPPED")]
    [InlineData("DELIVERED")]
    [InlineData("RETURNED")]
    public async Task Cancel_TooLate_IsAConflict(string status)
    {
        var order = await fixture.OrderAsync(_user);
        await fixture.Database.ExecuteAsync("UPDATE orders SET status = @status WHERE id = @order", new { status, order });

        using var answer = await fixture.CancelAsync(_user, order);

        answer.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await OrdersFixture.JsonAsync(answer)).GetProperty("code").GetString().Should().Be("order_state_conflict");
    }

    [Fact]
    public async Task Cancel_SomebodyElsesOrder_IsNotFound()
    {
        using var answer = await fixture.CancelAsync(Guid.NewGuid(), await fixture.OrderAsync(_user));

        answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Ledger_InAnotherTenant_DoesNotFindTheOrder()
    {
        var order = await fixture.OrderAsync(_user);

        var attempt = () => fixture.Ledger.MarkCancelledAsync("other", order);

        await attempt.Should().ThrowAsync<InvalidOperationException>();
    }

    [Fact]
    public void IsAllowed_EveryPair_FollowsTheStateMachine()
    {
        string[] allowed = ["Created>Reserved", "Created>Cancelled", "Reserved>Paid", "Reserved>Cancelled", "Paid>Shipped", "Paid>Cancelled", "Shipped>Delivered", "Shipped>Returned", "Delivered>Returned"];
        var pairs = from start in Enum.GetValues<OrderStatus>() from end in Enum.GetValues<OrderStatus>() where OrderTransitions.IsAllowed(start, end) select $"{start}>{end}";

        pairs.Should().BeEquivalentTo(allowed);
    }

    private async Task RunAsync(Guid order, string step, Guid? payment)
    {
        var run = new StepRun("default", order, StepKind.Step, step, 1);
        switch (step)
        {
            case "MarkReserved":
                await fixture.Ledger.MarkReservedAsync(run);
                break;
            case "MarkPaid":
                await fixture.Ledger.MarkPaidAsync(run, payment);
                break;
            default:
                await fixture.Ledger.StepStartedAsync(run);
                await fixture.Ledger.StepEndedAsync(run, StepStatus.Completed, null);
                break;
        }
    }

    private static IEnumerable<string> Statuses(JsonElement saga, string list) =>
        saga.GetProperty(list).EnumerateArray().Select(step => $"{step.GetProperty("name").GetString()} {step.GetProperty("status").GetString()}");
}
