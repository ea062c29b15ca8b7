namespace Dapr.Common.Exceptions;

/// <summary>A detail that this SDK does not know.</summary>
/// <param name="TypeUrl">Its type.</param>
public sealed record DaprUnknownDetail(string TypeUrl) : DaprExtendedErrorDetail(DaprExtendedErrorType.Unknown);
