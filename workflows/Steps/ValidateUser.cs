using Workflows.Ledger;
using Workflows.Saga;

namespace Workflows.Steps;

/// <summary>Refuses an order of a customer who is unknown or not active.</summary>
public sealed class ValidateUser(IOrderLedger ledger, IStepClient client) : RemoteStep(ledger, nameof(ValidateUser))
{
    /// <inheritdoc />
    protected override async Task<StepResult> CallAsync(StepRequest input)
    {
        var order = input.Order;
        var answer = await client.CallAsync(order.TenantId, StepCall.Do(SagaStep.ValidateUser, order.OrderId, Apps.Users, HttpMethod.Post, $"/internal/v1/users/{order.UserId}:validate"));
        return answer.IsDone && !string.Equals(answer.Status ?? "ACTIVE", "ACTIVE", StringComparison.OrdinalIgnoreCase)
            ? StepResult.Rejected(CancellationCodes.UserInvalid, "The customer is not active.")
            : answer.ToResult();
    }
}
