namespace Dapr.Common.Exceptions;

/// <summary>A precondition that does not hold.</summary>
/// <param name="Type">Its kind.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Description">How it fails.</param>
public sealed record DaprPreconditionFailureViolation(string Type, string Subject, string Description);
