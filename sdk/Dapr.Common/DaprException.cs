using System.Runtime.Serialization;

namespace Dapr;

/// <summary>The base of the exceptions this SDK throws for a failed Dapr operation.</summary>
public class DaprException : Exception
{
    /// <summary>Creates the exception with a message.</summary>
    public DaprException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message and its cause.</summary>
    public DaprException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Formatter-based serialization; obsolete in .NET.</summary>
    [Obsolete("Formatter-based serialization is obsolete and should not be used.", DiagnosticId = "SYSLIB0051")]
    protected DaprException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}
