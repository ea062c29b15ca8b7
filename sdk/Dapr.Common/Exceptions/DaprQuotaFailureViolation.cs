namespace Dapr.Common.Exceptions;

/// <summary>A quota that is used up.</summary>
/// <param name="Subject">Whose.</param>
/// <param name="Description">How.</param>
public sealed record DaprQuotaFailureViolation(string Subject, string Description);
