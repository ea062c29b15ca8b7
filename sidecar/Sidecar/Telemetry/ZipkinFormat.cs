using System.Buffers;
using System.Diagnostics;
using System.Text.Json;

namespace Sidecar.Telemetry;

/// <summary>Zipkin's JSON, version 2, with the tags that daprd's exporter writes.</summary>
internal static class ZipkinFormat
{
    /// <summary>The scope name of daprd's spans.</summary>
    private const string Scope = "dapr-diagnostics";

    public static byte[] Write(IReadOnlyList<Activity> spans, string service)
    {
        var buffer = new ArrayBufferWriter<byte>(spans.Count * 512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var span in spans)
            {
                Write(json, span, service);
            }

            json.WriteEndArray();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, Activity span, string service)
    {
        json.WriteStartObject();
        json.WriteString("traceId", span.TraceId.ToHexString());
        json.WriteString("id", span.SpanId.ToHexString());
        if (span.ParentSpanId != default)
        {
            json.WriteString("parentId", span.ParentSpanId.ToHexString());
        }

        json.WriteString("name", span.DisplayName.ToLowerInvariant());
        json.WriteString("kind", span.Kind == ActivityKind.Server ? "SERVER" : "CLIENT");
        json.WriteNumber("timestamp", (span.StartTimeUtc - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        json.WriteNumber("duration", Math.Max(1, span.Duration.Ticks / TimeSpan.TicksPerMicrosecond));
        WriteEndpoint(json, "localEndpoint", "serviceName", service);
        if (span.Kind != ActivityKind.Server && span.GetTagItem("server.address") is string address)
        {
            WriteEndpoint(json, "remoteEndpoint", "ipv4", address);
        }
        else if (span.Kind != ActivityKind.Server && (span.GetTagItem("net.peer.name") ?? span.GetTagItem("db.name")) is string peer)
        {
            // OpenTelemetry's rule for Zipkin: a client's peer is what its tags say about it, the best first.
            WriteEndpoint(json, "remoteEndpoint", "serviceName", peer);
        }

        WriteTags(json, span, service);
        json.WriteEndObject();
    }

    private static void WriteEndpoint(Utf8JsonWriter json, string name, string field, string value)
    {
        json.WriteStartObject(name);
        json.WriteString(field, value);
        json.WriteEndObject();
    }

    private static void WriteTags(Utf8JsonWriter json, Activity span, string service)
    {
        json.WriteStartObject("tags");
        foreach (var (key, value) in span.EnumerateTagObjects())
        {
            json.WriteString(key, value?.ToString());
        }

        if (span.Status == ActivityStatusCode.Error)
        {
            json.WriteString("error", span.StatusDescription);
            json.WriteString("otel.status_code", "ERROR");
        }

        if (span.GetTagItem("otel.scope.name") is null)
        {
            json.WriteString("otel.scope.name", Scope);
        }

        json.WriteString("service.name", service);
        json.WriteEndObject();
    }
}
