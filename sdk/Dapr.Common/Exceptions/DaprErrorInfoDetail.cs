namespace Dapr.Common.Exceptions;

/// <summary>Why, in words for programs.</summary>
/// <param name="Reason">The reason, such as DAPR_STATE_NOT_FOUND.</param>
/// <param name="Domain">Who says so.</param>
/// <param name="Metadata">More.</param>
public sealed record DaprErrorInfoDetail(string Reason, string Domain, IDictionary<string, string>? Metadata) : DaprExtendedErrorDetail(DaprExtendedErrorType.ErrorInfo);
