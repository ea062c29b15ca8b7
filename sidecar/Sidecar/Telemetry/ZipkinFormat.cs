using System.Buffers;
using System.Diagnostics;

namespace Sidecar.Telemetry;

/// <summary>Zipkin's JSON, version 2, with the tags that daprd's exporter writes.</summary>
internal sealed class ZipkinFormat : ISpanFormat
{
    /// <summary>The scope name of daprd's spans.</summary>
    public const string Scope = "dapr-diagnostics";

    // Names of fields, ids, numbers, and what stands for an error.
    private const int MaxFixed = 640;
    private const int MaxPerTag = 8;

    /// <inheritdoc />
    public ReadOnlySpan<byte> Opening => "["u8;

    /// <inheritdoc />
    public ReadOnlySpan<byte> Separator => ","u8;

    /// <inheritdoc />
    public ReadOnlySpan<byte> Closing => "]"u8;

    /// <inheritdoc />
    public void Write(Span span, string service, IBufferWriter<byte> output)
    {
        var json = new JsonText(output.GetSpan(MaxLength(span, service)));
        Write(ref json, span, service);
        output.Advance(json.Length);
    }

    // The service, and the tag of the other end, stand there twice.
    private static int MaxLength(Span span, string service)
    {
        var letters = span.DisplayName.Length + (span.StatusDescription?.Length ?? 0) + (2 * service.Length);
        foreach (var (key, value) in span.Tags)
        {
            letters += key.Length + (2 * value.Length) + MaxPerTag;
        }

        return MaxFixed + (letters * JsonText.MaxBytesPerChar);
    }

    private static void Write(ref JsonText json, Span span, string service)
    {
        json.Raw("{\"traceId\":"u8);
        Span<char> trace = stackalloc char[32];
        span.Context.WriteTraceId(trace);
        json.Quoted(trace);
        json.Raw(",\"id\":"u8);
        WriteSpanId(ref json, span.Context.SpanId);
        if (span.ParentSpanId != 0)
        {
            json.Raw(",\"parentId\":"u8);
            WriteSpanId(ref json, span.ParentSpanId);
        }

        json.Raw(",\"name\":"u8);
        json.Quoted(span.DisplayName.ToLowerInvariant());
        json.Raw(span.Kind switch
        {
            ActivityKind.Server => ",\"kind\":\"SERVER\",\"timestamp\":"u8,
            ActivityKind.Producer => ",\"kind\":\"PRODUCER\",\"timestamp\":"u8,
            _ => ",\"kind\":\"CLIENT\",\"timestamp\":"u8,
        });
        json.Number((span.StartTime - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        json.Raw(",\"duration\":"u8);
        json.Number(Math.Max(1, span.Duration.Ticks / TimeSpan.TicksPerMicrosecond));
        WriteEndpoints(ref json, span, service);
        WriteTags(ref json, span, service);
        json.Raw("}"u8);
    }

    private static void WriteSpanId(ref JsonText json, ulong id)
    {
        Span<char> text = stackalloc char[16];
        TraceParent.WriteSpanId(id, text);
        json.Quoted(text);
    }

    private static void WriteEndpoints(ref JsonText json, Span span, string service)
    {
        json.Raw(",\"localEndpoint\":{\"serviceName\":"u8);
        json.Quoted(service);
        if (span.Kind != ActivityKind.Server && span.GetTagItem("server.address") is { } address)
        {
            json.Raw("},\"remoteEndpoint\":{\"ipv4\":"u8);
            json.Quoted(address);
        }
        else if (span.Kind != ActivityKind.Server && (span.GetTagItem("net.peer.name") ?? span.GetTagItem("db.name")) is { } peer)
        {
            // OpenTelemetry's rule for Zipkin: a client's peer is what its tags say about it, the best first.
            json.Raw("},\"remoteEndpoint\":{\"serviceName\":"u8);
            json.Quoted(peer);
        }

        json.Raw("}"u8);
    }

    private static void WriteTags(ref JsonText json, Span span, string service)
    {
        json.Raw(",\"tags\":{"u8);
        foreach (var (key, value) in span.Tags)
        {
            json.Quoted(key);
            json.Raw(":"u8);
            json.Quoted(value);
            json.Raw(","u8);
        }

        if (span.Status == ActivityStatusCode.Error)
        {
            json.Raw("\"error\":"u8);
            json.Quoted(span.StatusDescription);
            json.Raw(",\"otel.status_code\":\"ERROR\","u8);
        }

        if (span.GetTagItem("otel.scope.name") is null)
        {
            json.Raw("\"otel.scope.name\":"u8);
            json.Quoted(Scope);
            json.Raw(","u8);
        }

        json.Raw("\"service.name\":"u8);
        json.Quoted(service);
        json.Raw("}"u8);
    }
}
