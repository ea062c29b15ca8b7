namespace Dapr.Common.Exceptions;

/// <summary>When to try again.</summary>
public sealed record DaprRetryInfoDetail() : DaprExtendedErrorDetail(DaprExtendedErrorType.RetryInfo)
{
    /// <summary>After this time.</summary>
    public DaprRetryDelay Delay = new(Seconds: 0, Nanos: 1);
}
