using ServiceDefaults;
using Workflows.Steps;

namespace Orders.Sagas;

/// <summary>The saga's step calls, made by the system for the order's tenant.</summary>
internal sealed class StepClient(ISidecar sidecar) : IStepClient
{
    public async Task<Workflows.Steps.StepAnswer> CallAsync(string tenantId, StepCall call)
    {
        var context = RequestContext.System("order-saga", tenantId);
        try
        {
            var answer = await sidecar.CallStepAsync(call.AppId, call.Method, call.Path, call.Body, call.IdempotencyKey, context, call.Timeout ?? StepCall.DefaultTimeout, CancellationToken.None);
            return answer.Read<Workflows.Steps.StepAnswer>();
        }
        catch (TransientCallException fault)
        {
            throw new TransientStepException(fault.Message, fault);
        }
        catch (PermanentCallException fault)
        {
            throw new PermanentStepException(fault.Message);
        }
    }
}
