namespace Dapr.Common.Exceptions;

/// <summary>An exception that carries what a sidecar told of an error.</summary>
internal interface IExtendedError
{
    /// <summary>What it told; null when it gave no details.</summary>
    DaprExtendedErrorInfo? ExtendedError { get; }
}
