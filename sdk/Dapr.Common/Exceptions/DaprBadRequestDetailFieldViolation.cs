namespace Dapr.Common.Exceptions;

/// <summary>A field that is wrong.</summary>
/// <param name="Field">Its path.</param>
/// <param name="Description">What is wrong.</param>
public sealed record DaprBadRequestDetailFieldViolation(string Field, string Description);
