namespace Workflows.Saga;

/// <summary>Why the saga turned round.</summary>
/// <param name="Code">A cancellation code of the public API.</param>
/// <param name="Reason">The refusing service's words, the customer's, or what did not happen in time.</param>
public sealed record SagaFailure(string Code, string Reason);
