using ServiceDefaults;

namespace Payments.Processor;

/// <summary>The payment processor. <see cref="TransientCallException"/> means that the outcome is not known.</summary>
internal interface IProcessor
{
    /// <summary>The only call that a card's number is ever sent with; its code is sent nowhere.</summary>
    Task<string> TokenizeAsync(RequestContext context, CardDetails card, CancellationToken ct);

    Task<ProcessorAnswer> AuthorizeAsync(RequestContext context, string key, string token, decimal amount, string currency, CancellationToken ct);

    Task<ProcessorAnswer> CaptureAsync(RequestContext context, string authorizationId, CancellationToken ct);

    Task<ProcessorAnswer> VoidAsync(RequestContext context, string authorizationId, CancellationToken ct);

    /// <summary>Voids the authorisation of this key, and one that arrives under it later too.</summary>
    Task<ProcessorAnswer> VoidByKeyAsync(RequestContext context, string key, CancellationToken ct);

    Task<ProcessorAnswer> RefundAsync(RequestContext context, string authorizationId, string key, decimal amount, CancellationToken ct);

    /// <summary>What became of the authorisation of this key; null when the processor has none.</summary>
    Task<ProcessorAuthorization?> FindAsync(RequestContext context, string key, CancellationToken ct);
}
