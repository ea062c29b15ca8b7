using System.Diagnostics.CodeAnalysis;

namespace Dapr.Common.Exceptions;

/// <summary>Reads what a sidecar told of an error.</summary>
public static class DaprExceptionExtensions
{
    /// <summary>The error in full; false when the sidecar gave no details.</summary>
    public static bool TryGetExtendedErrorInfo(this DaprException exception, [NotNullWhen(true)] out DaprExtendedErrorInfo? daprExtendedErrorInfo)
    {
        ArgumentNullException.ThrowIfNull(exception);
        daprExtendedErrorInfo = ((exception as IExtendedError) ?? (exception.InnerException as IExtendedError))?.ExtendedError;
        return daprExtendedErrorInfo is not null;
    }
}
