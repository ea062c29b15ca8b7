using System.Buffers;
using System.Diagnostics;
using System.Text.Json;

namespace Sidecar.Telemetry;

/// <summary>Zipkin's JSON, version 2, with the tags that daprd's exporter writes.</summary>
internal sealed class ZipkinFormat : ISpanFormat
{
    /// <summary>The scope name of daprd's spans.</summary>
    public const string Scope = "dapr-diagnostics";

    [ThreadStatic]
    private static Utf8JsonWriter? _json;

    /// <inheritdoc />
    public ReadOnlySpan<byte> Opening => "["u8;

    /// <inheritdoc />
    public ReadOnlySpan<byte> Separator => ","u8;

    /// <inheritdoc />
    public ReadOnlySpan<byte> Closing => "]"u8;

    /// <inheritdoc />
    public void Write(Span span, string service, IBufferWriter<byte> output)
    {
        var json = _json ??= new Utf8JsonWriter(output);
        json.Reset(output);
        Write(json, span, service);
        json.Flush();
    }

    private static void Write(Utf8JsonWriter json, Span span, string service)
    {
        json.WriteStartObject();
        Span<char> trace = stackalloc char[32];
        span.Context.WriteTraceId(trace);
        json.WriteString("traceId", trace);
        WriteSpanId(json, "id", span.Context.SpanId);
        if (span.ParentSpanId != 0)
        {
            WriteSpanId(json, "parentId", span.ParentSpanId);
        }

        json.WriteString("name", span.DisplayName.ToLowerInvariant());
        json.WriteString("kind", span.Kind == ActivityKind.Server ? "SERVER" : "CLIENT");
        json.WriteNumber("timestamp", (span.StartTime - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
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

    private static void WriteSpanId(Utf8JsonWriter json, string name, ulong id)
    {
        Span<char> text = stackalloc char[16];
        TraceParent.WriteSpanId(id, text);
        json.WriteString(name, text);
    }

    private static void WriteEndpoint(Utf8JsonWriter json, string name, string field, string value)
    {
        json.WriteStartObject(name);
        json.WriteString(field, value);
        json.WriteEndObject();
    }

    private static void WriteTags(Utf8JsonWriter json, Span span, string service)
    {
        json.WriteStartObject("tags");
        foreach (var (key, value) in span.Tags)
        {
            json.WriteString(key, value);
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
