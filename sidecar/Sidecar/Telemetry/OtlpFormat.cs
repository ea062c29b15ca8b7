using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using Google.Protobuf;
using OpenTelemetry.Proto;

namespace Sidecar.Telemetry;

/// <summary>
/// OpenTelemetry's protobuf form. Each span is a whole field of the request with its resource, so that spans written one by one make a request
/// when they stand in a row.
/// </summary>
internal sealed class OtlpFormat : ISpanFormat
{
    private const string Scope = "otel.scope.name";

    /// <inheritdoc />
    public ReadOnlySpan<byte> Opening => [];

    /// <inheritdoc />
    public ReadOnlySpan<byte> Separator => [];

    /// <inheritdoc />
    public ReadOnlySpan<byte> Closing => [];

    /// <inheritdoc />
    public void Write(Span span, string service, IBufferWriter<byte> output) => new ExportTraceServiceRequest
    {
        ResourceSpans =
        {
            new ResourceSpans
            {
                Resource = new Resource { Attributes = { Pair("service.name", service) } },
                ScopeSpans = { new ScopeSpans { Scope = new InstrumentationScope { Name = span.GetTagItem(Scope) ?? ZipkinFormat.Scope }, Spans = { ToMessage(span) } } },
            },
        },
    }.WriteTo(output);

    private static OpenTelemetry.Proto.Span ToMessage(Span span)
    {
        var begin = (ulong)(span.StartTime - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
        var message = new OpenTelemetry.Proto.Span
        {
            TraceId = Id(span.Context.TraceId),
            SpanId = Id(span.Context.SpanId),
            TraceState = span.TraceState,
            ParentSpanId = span.ParentSpanId == 0 ? ByteString.Empty : Id(span.ParentSpanId),
            Name = span.DisplayName,
            Kind = span.Kind switch
            {
                ActivityKind.Server => OpenTelemetry.Proto.Span.Types.SpanKind.Server,
                ActivityKind.Producer => OpenTelemetry.Proto.Span.Types.SpanKind.Producer,
                _ => OpenTelemetry.Proto.Span.Types.SpanKind.Client,
            },
            StartTimeUnixNano = begin,
            EndTimeUnixNano = begin + ((ulong)span.Duration.Ticks * TimeSpan.NanosecondsPerTick),
            Flags = span.Context.Flags,
        };
        foreach (var (key, value) in span.Tags)
        {
            if (key != Scope)
            {
                message.Attributes.Add(Pair(key, value));
            }
        }

        if (span.Status == ActivityStatusCode.Error)
        {
            message.Status = new Status { Code = Status.Types.StatusCode.Error, Message = span.StatusDescription ?? "" };
        }

        return message;
    }

    private static KeyValue Pair(string key, string value) => new() { Key = key, Value = new AnyValue { StringValue = value } };

    private static ByteString Id(UInt128 id)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, id);
        return ByteString.CopyFrom(bytes);
    }

    private static ByteString Id(ulong id)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, id);
        return ByteString.CopyFrom(bytes);
    }
}
