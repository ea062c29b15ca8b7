namespace Dapr.Common.Exceptions;

/// <summary>A detail of an error, as google.rpc names them.</summary>
/// <param name="ErrorType">Which detail it is.</param>
public abstract record DaprExtendedErrorDetail(DaprExtendedErrorType ErrorType);
