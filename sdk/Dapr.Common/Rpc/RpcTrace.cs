using System.Diagnostics;

namespace Dapr.Common.Rpc;

/// <summary>Puts the current trace into the metadata of a call: W3C headers and gRPC's binary form of the same.</summary>
internal static class RpcTrace
{
    internal static void Inject(HttpRequestMessage request)
    {
        if (Activity.Current is not { IdFormat: ActivityIdFormat.W3C } activity)
        {
            return;
        }

        request.Headers.TryAddWithoutValidation("traceparent", activity.Id);
        if (!string.IsNullOrEmpty(activity.TraceStateString))
        {
            request.Headers.TryAddWithoutValidation("tracestate", activity.TraceStateString);
        }

        request.Headers.TryAddWithoutValidation("grpc-trace-bin", Convert.ToBase64String(Binary(activity)).TrimEnd('='));
    }

    // Version 0; field 0: trace id, field 1: span id, field 2: flags.
    private static byte[] Binary(Activity activity)
    {
        var bytes = new byte[29];
        activity.TraceId.CopyTo(bytes.AsSpan(2, 16));
        bytes[18] = 1;
        activity.SpanId.CopyTo(bytes.AsSpan(19, 8));
        bytes[27] = 2;
        bytes[28] = (byte)activity.ActivityTraceFlags;
        return bytes;
    }
}
