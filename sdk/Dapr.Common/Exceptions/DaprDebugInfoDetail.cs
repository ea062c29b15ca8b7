namespace Dapr.Common.Exceptions;

/// <summary>Where it happened.</summary>
/// <param name="StackEntries">The stack.</param>
/// <param name="Detail">More.</param>
public sealed record DaprDebugInfoDetail(IReadOnlyCollection<string> StackEntries, string Detail) : DaprExtendedErrorDetail(DaprExtendedErrorType.DebugInfo);
