namespace PaymentProcessor.Authorizations;

/// <summary>What became of a request: the authorisation as it is now; a code when it was refused; temporary when nothing was decided.</summary>
internal sealed record Decision(Authorization Authorization, string? Refusal = null, bool Temporary = false);
