using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Sidecar.Api.Grpc;
using Sidecar.Components;
using Sidecar.Invocation;

namespace Sidecar.Telemetry;

/// <summary>Where spans go, and how a batch of them is sent there.</summary>
/// <param name="Name">The kind of collector, for messages.</param>
/// <param name="Endpoint">Its address.</param>
/// <param name="Format">The form of the spans.</param>
internal abstract record SpanCollector(string Name, Uri Endpoint, ISpanFormat Format)
{
    /// <summary>The longest a batch may take; default 5 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Headers of every request.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The collectors that a Configuration names.</summary>
    public static IEnumerable<SpanCollector> Of(ConfigurationSpec configuration)
    {
        if (configuration.ZipkinEndpoint is { } zipkin)
        {
            yield return new ZipkinCollector(zipkin);
        }

        if (configuration.Otel is { } otel)
        {
            yield return otel.IsGrpc
                ? new OtlpGrpcCollector(otel.Endpoint) { Headers = otel.Headers, Timeout = otel.Timeout }
                : new OtlpHttpCollector(otel.Endpoint) { Headers = otel.Headers, Timeout = otel.Timeout };
        }
    }

    /// <summary>The request that carries a batch.</summary>
    public HttpRequestMessage CreateRequest(ReadOnlyMemory<byte> batch)
    {
        var request = Carry(batch);
        foreach (var (name, value) in Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    /// <summary>Why the collector did not take a batch; null when it did.</summary>
    public virtual Task<string?> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        Task.FromResult(response.IsSuccessStatusCode ? null : $"status {(int)response.StatusCode}");

    /// <summary>The request without the headers.</summary>
    protected abstract HttpRequestMessage Carry(ReadOnlyMemory<byte> batch);

    /// <summary>A POST of a body.</summary>
    protected static HttpRequestMessage Post(Uri address, HttpContent content, string contentType)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        return new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
    }
}

/// <summary>A collector that speaks Zipkin's JSON.</summary>
internal sealed record ZipkinCollector(Uri Endpoint) : SpanCollector("Zipkin", Endpoint, new ZipkinFormat())
{
    /// <inheritdoc />
    protected override HttpRequestMessage Carry(ReadOnlyMemory<byte> batch) => Post(Endpoint, new ReadOnlyMemoryContent(batch), "application/json");
}

/// <summary>An OpenTelemetry collector over HTTP.</summary>
internal sealed record OtlpHttpCollector(Uri Endpoint) : SpanCollector("OTLP", Endpoint, new OtlpFormat())
{
    /// <inheritdoc />
    protected override HttpRequestMessage Carry(ReadOnlyMemory<byte> batch) => Post(new Uri(Endpoint, "/v1/traces"), new ReadOnlyMemoryContent(batch), "application/x-protobuf");
}

/// <summary>An OpenTelemetry collector over gRPC.</summary>
internal sealed record OtlpGrpcCollector(Uri Endpoint) : SpanCollector("OTLP", Endpoint, new OtlpFormat())
{
    private const int FrameHead = 5;

    /// <inheritdoc />
    public override async Task<string?> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        // The status comes behind the body.
        await response.Content.CopyToAsync(Stream.Null, cancellationToken);
        var status = GrpcApp.StatusOf(response);
        return status.Code == GrpcCode.Ok ? null : $"{status.Code} {status.Message}";
    }

    /// <inheritdoc />
    protected override HttpRequestMessage Carry(ReadOnlyMemory<byte> batch)
    {
        var frame = new byte[FrameHead + batch.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), batch.Length);
        batch.CopyTo(frame.AsMemory(FrameHead));
        var request = Post(new Uri(Endpoint, "/opentelemetry.proto.collector.trace.v1.TraceService/Export"), new ByteArrayContent(frame), "application/grpc");
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        request.Headers.TE.ParseAdd("trailers");
        return request;
    }
}
