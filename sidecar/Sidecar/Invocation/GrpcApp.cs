using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Google.Protobuf;
using Sidecar.Api.Grpc;
using Sidecar.Security;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.Invocation;

/// <summary>What a call of the app came to: its answer, or the status it failed with.</summary>
/// <param name="Status">The status.</param>
/// <param name="Message">The answer; null unless the status is OK.</param>
/// <param name="Metadata">The metadata of the answer's headers, in the order they came.</param>
internal sealed record GrpcAnswer<T>(GrpcStatus Status, T? Message, IReadOnlyList<(string Name, string Value)> Metadata);

/// <summary>Calls an app of protocol gRPC: one HTTP/2 connection set, the app token, a limit on answers.</summary>
internal sealed class GrpcApp : IDisposable
{
    /// <summary>The service that apps implement.</summary>
    public const string Callback = "/dapr.proto.runtime.v1.AppCallback/";

    /// <summary>The service of their health check.</summary>
    public const string HealthCheck = "/dapr.proto.runtime.v1.AppCallbackHealthCheck/HealthCheck";

    private const int FrameHeader = 5;
    private readonly ServiceMetrics _metrics;
    private readonly string _token;
    private readonly long _maxMessageSize;

    public GrpcApp(SidecarOptions options, ServiceMetrics metrics)
    {
        Address = $"http://{options.AppChannelAddress}:{options.AppPort}";
        _token = options.AppApiToken ?? "";
        _maxMessageSize = options.MaxBodySize;
        _metrics = metrics;
    }

    /// <summary>What calls come to where no app is: as daprd says it, which dials port 0 then.</summary>
    public GrpcStatus NotThere => new(GrpcCode.Unavailable, $"connection error: desc = \"transport: Error while dialing: dial tcp {new Uri(Address).Host}:0: connect: connection refused\"");

    /// <summary>Where the app listens.</summary>
    public string Address { get; }

    /// <summary>The connections to the app.</summary>
    public HttpMessageInvoker Client { get; } = new(new SocketsHttpHandler
    {
        UseCookies = false,
        UseProxy = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
        RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
        EnableMultipleHttp2Connections = true,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        InitialHttp2StreamWindowSize = 1024 * 1024,
    });

    /// <summary>Makes one call with one answer. A connection that fails is the status UNAVAILABLE, not an exception.</summary>
    public async Task<GrpcAnswer<TResponse>> CallAsync<TRequest, TResponse>(string path, TRequest message, IEnumerable<(string Name, string Value)> metadata, CancellationToken cancellationToken)
        where TRequest : IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>, new()
    {
        var began = Stopwatch.GetTimestamp();
        using var request = CreateRequest(path, new ByteArrayContent(Frame(message)));
        foreach (var (name, value) in metadata)
        {
            Add(request.Headers, name, value);
        }

        var answer = await SendAsync<TResponse>(request, cancellationToken);
        if (path == HealthCheck)
        {
            _metrics.HealthProbe(answer.Status.Code, began);
        }
        else
        {
            _metrics.ClientRpc(path, answer.Status.Code, request.Content!.Headers.ContentLength ?? 0, answer.Message?.CalculateSize() ?? 0, began);
        }

        return answer;
    }

    private async Task<GrpcAnswer<TResponse>> SendAsync<TResponse>(HttpRequestMessage request, CancellationToken cancellationToken)
        where TResponse : class, IMessage<TResponse>, new()
    {
        try
        {
            using var response = await Client.SendAsync(request, cancellationToken);
            return await ReadAsync<TResponse>(response, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return new GrpcAnswer<TResponse>(new GrpcStatus(GrpcCode.Unavailable, TransportError.DescribeGrpc(request.RequestUri!, exception)), null, []);
        }
    }

    /// <summary>A request to the app with what every call of it carries.</summary>
    public HttpRequestMessage CreateRequest(string path, HttpContent content)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue(GrpcHeaders.ContentType);
        var request = new HttpRequestMessage(HttpMethod.Post, Address + path) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = content };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (_token.Length > 0)
        {
            request.Headers.TryAddWithoutValidation(ApiToken.Header, _token);
        }

        return request;
    }

    /// <inheritdoc />
    public void Dispose() => Client.Dispose();

    /// <summary>The status of an answer whose body was read.</summary>
    internal static GrpcStatus StatusOf(HttpResponseMessage response)
    {
        var headers = response.TrailingHeaders.NonValidated.Contains(GrpcHeaders.Status) ? response.TrailingHeaders.NonValidated : response.Headers.NonValidated;
        if (!headers.TryGetValues(GrpcHeaders.Status, out var code) || !int.TryParse(code.ToString(), out var number))
        {
            return response.StatusCode == HttpStatusCode.OK
                ? new GrpcStatus(GrpcCode.Internal, "server closed the stream without sending trailers")
                : new GrpcStatus(CodeOf(response.StatusCode), $"unexpected HTTP status code received from server: {(int)response.StatusCode}");
        }

        var message = headers.TryGetValues(GrpcHeaders.Message, out var text) ? GrpcHeaders.PercentDecode(text.ToString()) : "";
        return new GrpcStatus((GrpcCode)number, message);
    }

    // gRPC's own table for answers that carry no gRPC status: a server that does not know a path says 404, which means Unimplemented.
    private static GrpcCode CodeOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest => GrpcCode.Internal,
        HttpStatusCode.Unauthorized => GrpcCode.Unauthenticated,
        HttpStatusCode.Forbidden => GrpcCode.PermissionDenied,
        HttpStatusCode.NotFound => GrpcCode.Unimplemented,
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => GrpcCode.Unavailable,
        _ => GrpcCode.Unknown,
    };

    private async Task<GrpcAnswer<T>> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
        where T : class, IMessage<T>, new()
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var header = new byte[FrameHeader];
        T? message = null;
        if (await body.ReadAtLeastAsync(header, FrameHeader, throwOnEndOfStream: false, cancellationToken) == FrameHeader)
        {
            var size = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(1));
            if (header[0] != 0 || size > _maxMessageSize)
            {
                var problem = header[0] != 0
                    ? new GrpcStatus(GrpcCode.Internal, "the app compressed its answer without being asked to")
                    : new GrpcStatus(GrpcCode.ResourceExhausted, $"grpc: received message larger than max ({size} vs. {_maxMessageSize})");
                return new GrpcAnswer<T>(problem, null, []);
            }

            var bytes = new byte[size];
            await body.ReadExactlyAsync(bytes, cancellationToken);
            message = new T();
            message.MergeFrom(bytes);
            await body.CopyToAsync(Stream.Null, cancellationToken);
        }

        var status = StatusOf(response);
        return new GrpcAnswer<T>(status, status.Code == GrpcCode.Ok ? message ?? new T() : null, Metadata(response));
    }

    private static List<(string Name, string Value)> Metadata(HttpResponseMessage response)
    {
        var metadata = new List<(string, string)>();
        foreach (var (name, values) in response.Headers.NonValidated)
        {
            metadata.AddRange(values.Select(value => (name.ToLowerInvariant(), value)));
        }

        return metadata;
    }

    private static byte[] Frame<T>(T message)
        where T : IMessage<T>
    {
        var frame = new byte[FrameHeader + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - FrameHeader);
        message.WriteTo(frame.AsSpan(FrameHeader));
        return frame;
    }

    // Metadata may come from anybody: what frames the request or is the sidecar's own must not be set by it.
    private static void Add(HttpRequestHeaders headers, string name, string value)
    {
        var key = name.ToLowerInvariant();
        if (key is "host" or "te" or "connection" or "content-length" or "content-type" or "transfer-encoding" or "upgrade" or ApiToken.Header
            || key.StartsWith("grpc-", StringComparison.Ordinal) && key != GrpcTraceContext.Header
            || key.Any(c => !(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.'))
            || value.Any(c => c is < ' ' or > '~'))
        {
            return;
        }

        headers.TryAddWithoutValidation(key, value);
    }
}
