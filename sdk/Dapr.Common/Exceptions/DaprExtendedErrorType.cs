namespace Dapr.Common.Exceptions;

/// <summary>The kinds of details.</summary>
public enum DaprExtendedErrorType
{
    /// <summary>One that this SDK does not know.</summary>
    Unknown = 0,

    /// <summary>When to try again.</summary>
    RetryInfo = 1,

    /// <summary>Where it happened.</summary>
    DebugInfo = 2,

    /// <summary>Which quota is used up.</summary>
    QuotaFailure = 3,

    /// <summary>Which precondition does not hold.</summary>
    PreconditionFailure = 4,

    /// <summary>Which request it was.</summary>
    RequestInfo = 5,

    /// <summary>A message for people.</summary>
    LocalizedMessage = 6,

    /// <summary>Which fields are wrong.</summary>
    BadRequest = 7,

    /// <summary>Reason and domain.</summary>
    ErrorInfo = 8,

    /// <summary>Where to read more.</summary>
    Help = 9,

    /// <summary>Which resource it is about.</summary>
    ResourceInfo = 10,
}
