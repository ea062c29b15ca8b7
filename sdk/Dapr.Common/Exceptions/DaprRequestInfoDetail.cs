namespace Dapr.Common.Exceptions;

/// <summary>The request.</summary>
/// <param name="RequestId">Its id.</param>
/// <param name="ServingData">What its server noted.</param>
public sealed record DaprRequestInfoDetail(string RequestId, string ServingData) : DaprExtendedErrorDetail(DaprExtendedErrorType.RequestInfo);
