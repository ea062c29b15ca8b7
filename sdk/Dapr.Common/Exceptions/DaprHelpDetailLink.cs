namespace Dapr.Common.Exceptions;

/// <summary>A link.</summary>
/// <param name="Url">Where.</param>
/// <param name="Description">What is there.</param>
public sealed record DaprHelpDetailLink(string Url, string Description);
