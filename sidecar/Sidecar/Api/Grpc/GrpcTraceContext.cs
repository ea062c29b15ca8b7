using Microsoft.AspNetCore.Http;
using Sidecar.Telemetry;

namespace Sidecar.Api.Grpc;

/// <summary>The binary trace context of gRPC (<c>grpc-trace-bin</c>): version, then trace id, span id and flags, each behind its field number.</summary>
internal static class GrpcTraceContext
{
    public const string Header = "grpc-trace-bin";
    private const int Length = 29;

    /// <summary>The caller's trace context: in text, or else in binary.</summary>
    public static TraceContext Of(IHeaderDictionary headers) => headers.TraceParent.Count > 0
        ? Tracing.Incoming(headers.TraceParent, headers.TraceState)
        : ToTraceParent(headers[Header]) is { } traceParent ? new TraceContext(traceParent, "") : TraceContext.None;

    /// <summary>The <c>traceparent</c> of a header value; null when it is none.</summary>
    public static string? ToTraceParent(string? value)
    {
        Span<byte> bytes = stackalloc byte[Length + 3];
        return value is { Length: >= 39 and <= 40 }
            && Convert.TryFromBase64String(value.PadRight(40, '='), bytes, out var length)
            && length == Length
            && bytes[0] == 0 && bytes[1] == 0 && bytes[18] == 1 && bytes[27] == 2
                ? $"00-{Convert.ToHexStringLower(bytes[2..18])}-{Convert.ToHexStringLower(bytes[19..27])}-{bytes[28]:x2}"
                : null;
    }

    /// <summary>The header value of a <c>traceparent</c>; null when that is none.</summary>
    public static string? FromTraceParent(string? traceParent)
    {
        if (traceParent is not { Length: 55 })
        {
            return null;
        }

        var bytes = new byte[Length];
        bytes[18] = 1;
        bytes[27] = 2;
        return Convert.FromHexString(traceParent.AsSpan(3, 32), bytes.AsSpan(2, 16), out _, out _) == System.Buffers.OperationStatus.Done
            && Convert.FromHexString(traceParent.AsSpan(36, 16), bytes.AsSpan(19, 8), out _, out _) == System.Buffers.OperationStatus.Done
            && Convert.FromHexString(traceParent.AsSpan(53, 2), bytes.AsSpan(28, 1), out _, out _) == System.Buffers.OperationStatus.Done
                ? Convert.ToBase64String(bytes).TrimEnd('=')
                : null;
    }
}
