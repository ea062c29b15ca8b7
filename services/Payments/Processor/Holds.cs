using Payments.Model;
using ServiceDefaults;

namespace Payments.Processor;

/// <summary>Lets go of money that is held. Returning means that nothing is held and nothing was taken; everything else throws.</summary>
internal sealed class Holds(IProcessor processor)
{
    /// <summary>Voids the payment's authorisation. A refusal is no end: the next look-up shows what the processor has instead.</summary>
    public async Task VoidAsync(RequestContext context, Payment payment, CancellationToken ct) =>
        Require(await processor.VoidAsync(context, payment.AuthorizationId!, ct), payment);

    /// <summary>Sees to it that an authorisation whose outcome is unknown holds nothing, also when it arrives only later.</summary>
    public async Task PreventAsync(RequestContext context, Payment payment, CancellationToken ct) =>
        Require(await processor.VoidByKeyAsync(context, payment.AuthorizationKey, ct), payment);

    private static void Require(ProcessorAnswer answer, Payment payment)
    {
        if (!answer.IsDone)
        {
            throw new TransientCallException($"The processor refused to void payment {payment.Id}: {answer.Code}.");
        }
    }
}
