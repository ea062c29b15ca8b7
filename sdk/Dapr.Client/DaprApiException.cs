using System.Runtime.Serialization;
using Dapr.Common.Exceptions;

namespace Dapr;

/// <summary>An error the sidecar's API reported with a code.</summary>
public class DaprApiException : DaprException, IExtendedError
{
    private const string UnknownCode = "UNKNOWN";

    /// <summary>Creates the exception without details.</summary>
    public DaprApiException()
        : this(errorCode: UnknownCode, isTransient: false)
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    public DaprApiException(string message)
        : this(message, errorCode: UnknownCode, isTransient: false)
    {
    }

    /// <summary>Creates the exception with a message and its cause.</summary>
    public DaprApiException(string message, Exception innerException)
        : this(message, innerException, UnknownCode, isTransient: false)
    {
    }

    /// <summary>Creates the exception with a code.</summary>
    public DaprApiException(string errorCode, bool isTransient)
        : this(string.Empty, errorCode, isTransient)
    {
    }

    /// <summary>Creates the exception with a message and a code.</summary>
    public DaprApiException(string message, string errorCode, bool isTransient)
        : base(message)
    {
        ErrorCode = errorCode ?? UnknownCode;
        IsTransient = isTransient;
    }

    /// <summary>Creates the exception with a message, its cause and a code.</summary>
    public DaprApiException(string message, Exception inner, string errorCode, bool isTransient)
        : base(message, inner)
    {
        ErrorCode = errorCode ?? UnknownCode;
        IsTransient = isTransient;
    }

    /// <summary>Formatter-based serialization; obsolete in .NET.</summary>
    [Obsolete("Formatter-based serialization is obsolete and should not be used.", DiagnosticId = "SYSLIB0051")]
    protected DaprApiException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
        ErrorCode = info?.GetString(nameof(ErrorCode)) ?? UnknownCode;
        IsTransient = info?.GetBoolean(nameof(IsTransient)) ?? false;
    }

    /// <summary>The sidecar's code; "UNKNOWN" when it gave none.</summary>
    public string ErrorCode { get; }

    /// <summary>Whether a later attempt may succeed.</summary>
    public bool IsTransient { get; }

    DaprExtendedErrorInfo? IExtendedError.ExtendedError => Extended;

    /// <summary>The error in full; null when the sidecar gave no details.</summary>
    internal DaprExtendedErrorInfo? Extended { get; init; }

    /// <inheritdoc />
    [Obsolete("Formatter-based serialization is obsolete and should not be used.", DiagnosticId = "SYSLIB0051")]
    public override void GetObjectData(SerializationInfo info, StreamingContext context)
    {
        base.GetObjectData(info, context);
        info.AddValue(nameof(ErrorCode), ErrorCode);
        info.AddValue(nameof(IsTransient), IsTransient);
    }
}
