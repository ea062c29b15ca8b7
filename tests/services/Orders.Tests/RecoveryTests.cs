using System.Net;
using Orders.Sagas;
using Workflows.Ledger;
using Workflows.Saga;

namespace Orders.Tests;

public class RecoveryTests(RecoveryFixture fixture) : IClassFixture<RecoveryFixture>
{
    private readonly Guid _user = Guid.NewGuid();

    [Fact]
    public async Task Cancel_SagaThatHasFailed_StartsACancellation()
    {
        var order = await StartedAsync();
        await fixture.Ledger.MarkReservedAsync(new StepRun("default", order, StepKind.Step, "MarkReserved", 1));
        fixture.Engine.Instances[order.ToString()] = InstanceStanding.Ended;

        using var answer = await fixture.CancelAsync(_user, order);

        answer.StatusCode.Should().Be(HttpStatusCode.Accepted);
        await CancellationStartsAsync(order);
    }

    [Fact]
    public async Task Cancel_RunningSaga_IsLeftToIt()
    {
        var order = await StartedAsync();

        using var answer = await fixture.CancelAsync(_user, order);

        await Eventually.TrueAsync(() => fixture.Engine.Raised.Contains(order.ToString()), "the saga is told");
        await Eventually.TrueAsync(() => NoMessagesAsync(order), "the entry is done");
        fixture.Engine.Instances.Should().NotContainKey(OrderCancellation.InstanceId(order));
    }

    [Fact]
    public async Task Sweep_SagaThatFailed_IsCancelledOnce()
    {
        var order = await StartedAsync();
        await fixture.Ledger.StepStartedAsync(new StepRun("default", order, StepKind.Step, "ValidateUser", 1));
        fixture.Engine.Instances[order.ToString()] = InstanceStanding.Ended;

        await fixture.SweepAsync();
        await CancellationStartsAsync(order);
        await Eventually.TrueAsync(() => NoMessagesAsync(order), "the entry is done");
        await fixture.SweepAsync();

        (await NoMessagesAsync(order)).Should().BeTrue("its cancellation runs");
    }

    [Fact]
    public async Task Sweep_InterventionRequired_IsTakenUpAgain()
    {
        var order = await StartedAsync();
        await fixture.Ledger.CompensationStartedAsync("default", order, new SagaFailure("payment_declined", "no"), ["RefundPayment"]);
        await fixture.Ledger.InterventionRequiredAsync("default", order, ["RefundPayment"]);
        fixture.Engine.Instances[order.ToString()] = InstanceStanding.Ended;
        fixture.Engine.Instances[OrderCancellation.InstanceId(order)] = InstanceStanding.Ended;

        await fixture.SweepAsync();

        await CancellationStartsAsync(order);
    }

    [Fact]
    public async Task Sweep_SagaThatNeverBegan_IsStarted()
    {
        var order = await StartedAsync();
        fixture.Engine.Instances.TryRemove(order.ToString(), out _);

        await fixture.SweepAsync();

        await Eventually.TrueAsync(() => fixture.Engine.Instances.GetValueOrDefault(order.ToString()) == InstanceStanding.Running, "the saga is started");
        fixture.Engine.Instances.Should().NotContainKey(OrderCancellation.InstanceId(order));
    }

    [Theory]
    [InlineData("PAID")]
    [InlineData("CANCELLED")]
    [InlineData("RUNNING")]
    public async Task Sweep_OrderThatIsSettledOrWorkedOn_IsLeftAlone(string how)
    {
        var order = await StartedAsync();
        if (how == "PAID")
        {
            await fixture.Ledger.MarkReservedAsync(new StepRun("default", order, StepKind.Step, "MarkReserved", 1));
            await fixture.Ledger.MarkPaidAsync(new StepRun("default", order, StepKind.Step, "MarkPaid", 1), Guid.NewGuid());
        }
        else if (how == "CANCELLED")
        {
            await fixture.Ledger.CompensationStartedAsync("default", order, new SagaFailure("payment_declined", "no"), []);
            await fixture.Ledger.MarkCancelledAsync("default", order);
        }

        fixture.Engine.Instances[order.ToString()] = how == "RUNNING" ? InstanceStanding.Running : InstanceStanding.Ended;

        await fixture.SweepAsync();

        (await NoMessagesAsync(order)).Should().BeTrue();
        fixture.Engine.Instances.Should().NotContainKey(OrderCancellation.InstanceId(order));
    }

    private async Task<Guid> StartedAsync()
    {
        var order = await fixture.OrderAsync(_user);
        await Eventually.TrueAsync(() => fixture.Engine.Instances.ContainsKey(order.ToString()), "the saga is started");
        await Eventually.TrueAsync(() => NoMessagesAsync(order), "the entry is done");
        return order;
    }

    private async Task<bool> NoMessagesAsync(Guid order) =>
        await fixture.Database.ScalarAsync<long>("SELECT count(*) FROM outbox WHERE kind = 'workflow' AND aggregate_id = @order", new { order = order.ToString() }) == 0;

    private Task CancellationStartsAsync(Guid order) => Eventually.TrueAsync(
        () => fixture.Engine.Instances.GetValueOrDefault(OrderCancellation.InstanceId(order)) == InstanceStanding.Running, "the cancellation is started");
}
