using System.Text.Json;
using Dapr.Workflow;
using Dapr.Workflow.Abstractions;
using NSubstitute;
using Workflows.Compensation;
using Workflows.Ledger;
using Workflows.Saga;
using Workflows.Steps;
using Workflows.Tests.Saga;

namespace Workflows.Tests.Steps;

public class StepCallTests
{
    private const string OrderId = "018f0000-0000-7000-8000-0000000000aa";
    private readonly IOrderLedger _ledger = Substitute.For<IOrderLedger>();
    private readonly IStepClient _client = Substitute.For<IStepClient>();

    public static TheoryData<string, string, string, string> Calls() => new()
    {
        { "ValidateUser", "users", "POST /internal/v1/users/018f0000-0000-7000-8000-0000000000bb:validate", "saga:" + OrderId + ":validate-user" },
        { "ReserveStock", "products", $"PUT /internal/v1/reservations/{OrderId}", "saga:" + OrderId + ":reserve-stock" },
        { "ProcessPayment", "payments", $"POST /internal/v1/payments/{OrderId}:process", "saga:" + OrderId + ":process-payment" },
        { "ConfirmStock", "products", $"POST /internal/v1/reservations/{OrderId}:confirm", "saga:" + OrderId + ":confirm-stock" },
        { "ReturnStock", "products", $"POST /internal/v1/reservations/{OrderId}:release", "saga:" + OrderId + ":undo:confirm-stock" },
        { "RefundPayment", "payments", $"POST /internal/v1/payments/{OrderId}:refund", "saga:" + OrderId + ":undo:process-payment" },
        { "ReleaseStock", "products", $"POST /internal/v1/reservations/{OrderId}:release", "saga:" + OrderId + ":undo:reserve-stock" },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Run_Step_CallsItsRouteWithItsKeyAtEveryAttempt(string step, string app, string route, string key)
    {
        var calls = new List<StepCall>();
        _client.CallAsync(Arg.Any<string>(), Arg.Do<StepCall>(calls.Add)).Returns(new StepAnswer("done"));

        await AttemptAsync(step, 1);
        await AttemptAsync(step, 2);

        calls.Should().HaveCount(2).And.OnlyContain(call => call.AppId == app && $"{call.Method} {call.Path}" == route && call.IdempotencyKey == key);
    }

    [Fact]
    public async Task ReserveStock_Order_SendsItemsAndLifetime()
    {
        StepCall? call = null;
        _client.CallAsync(Arg.Any<string>(), Arg.Do<StepCall>(made => call = made)).Returns(new StepAnswer("done"));

        await Activity("ReserveStock").RunAsync(Substitute.For<WorkflowActivityContext>(), new StepRequest(Script.Order(), 1));

        JsonSerializer.Serialize(call!.Body, JsonSerializerOptions.Web).Should()
            .Be("""{"items":[{"productId":"018f0000-0000-7000-8000-0000000000cc","quantity":2}],"expiresInSeconds":900}""");
    }

    [Theory]
    [InlineData("done", null, true)]
    [InlineData("done", "active", true)]
    [InlineData("done", "DEACTIVATED", false)]
    [InlineData("rejected", null, false)]
    public async Task ValidateUser_Answer_IsDoneForActiveUsersOnly(string outcome, string? status, bool done)
    {
        _client.CallAsync(Arg.Any<string>(), Arg.Any<StepCall>()).Returns(new StepAnswer(outcome, Code: outcome == "rejected" ? "user_invalid" : null, Status: status));

        var result = await Activity("ValidateUser").RunAsync(Substitute.For<WorkflowActivityContext>(), new StepRequest(Script.Order(), 1));

        result.Done.Should().Be(done);
        await _ledger.Received(1).StepEndedAsync(Arg.Any<StepRun>(), done ? StepStatus.Completed : StepStatus.Rejected, Arg.Any<string?>());
    }

    [Fact]
    public async Task Run_Fault_IsNotedAndThrownOn()
    {
        _client.CallAsync(Arg.Any<string>(), Arg.Any<StepCall>()).Returns<StepAnswer>(_ => throw new TransientStepException("users answered 503."));

        var attempt = () => Activity("ValidateUser").RunAsync(Substitute.For<WorkflowActivityContext>(), new StepRequest(Script.Order(), 4));

        await attempt.Should().ThrowAsync<TransientStepException>();
        var run = new StepRun("default", Guid.Parse(OrderId), StepKind.Step, "ValidateUser", 4);
        Received.InOrder(() =>
        {
            _ = _ledger.StepStartedAsync(run);
            _ = _ledger.StepEndedAsync(run, StepStatus.Failed, "users answered 503.");
        });
    }

    private Task<object?> AttemptAsync(string step, int attempt) => SagaStep.AllUndos.Contains(step)
        ? ((IWorkflowActivity)Undo(step)).RunAsync(Substitute.For<WorkflowActivityContext>(), new UndoRequest("default", Guid.Parse(OrderId), attempt))
        : ((IWorkflowActivity)Activity(step)).RunAsync(Substitute.For<WorkflowActivityContext>(), new StepRequest(Script.Order(), attempt));

    private RemoteUndo Undo(string name) => name switch
    {
        nameof(ReturnStock) => new ReturnStock(_ledger, _client),
        nameof(RefundPayment) => new RefundPayment(_ledger, _client),
        _ => new ReleaseStock(_ledger, _client),
    };

    private RemoteStep Activity(string name) => name switch
    {
        nameof(ValidateUser) => new ValidateUser(_ledger, _client),
        nameof(ReserveStock) => new ReserveStock(_ledger, _client),
        nameof(ProcessPayment) => new ProcessPayment(_ledger, _client),
        _ => new ConfirmStock(_ledger, _client),
    };
}
