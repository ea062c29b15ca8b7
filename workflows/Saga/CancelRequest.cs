namespace Workflows.Saga;

/// <summary>Payload of the external event <see cref="OrderSaga.CancelEvent"/>.</summary>
public sealed record CancelRequest(string Reason);
