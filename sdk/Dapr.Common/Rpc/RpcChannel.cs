using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Google.Protobuf;

namespace Dapr.Common.Rpc;

/// <summary>
/// A gRPC client over HTTP/2 for unary and server-streaming calls. Invariant: a call ends with its message(s) and status OK, with
/// OperationCanceledException when the caller cancelled it, or with <see cref="RpcException"/>; nothing else leaves.
/// </summary>
internal sealed class RpcChannel : IDisposable
{
    private const string ContentType = "application/grpc";
    private readonly RpcChannelOptions options;
    private readonly HttpClient http;

    internal RpcChannel(RpcChannelOptions options)
    {
        this.options = options;

        // No propagator: the calls add the trace themselves, and a span per call (one of them open for days) would tell nothing.
        http = new HttpClient(new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(60),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(30),
            ConnectTimeout = TimeSpan.FromSeconds(10),
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            UseCookies = false,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        http.DefaultRequestHeaders.UserAgent.Add(DaprHeaders.UserAgent(options.Caller));
    }

    /// <summary>A call with one request and one response.</summary>
    /// <exception cref="RpcException">The call failed; DeadlineExceeded after the timeout.</exception>
    internal async Task<TResponse> UnaryAsync<TResponse>(
        string path, IMessage request, MessageParser<TResponse> parser, CancellationToken cancellationToken, TimeSpan? timeout = null)
        where TResponse : class, IMessage<TResponse>
    {
        using var deadline = timeout is { } limit ? new CancellationTokenSource(limit, options.Time) : new CancellationTokenSource();
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            using var response = await SendAsync(path, request, timeout, linked.Token);
            if (RpcStatus.CheckHeaders(response))
            {
                throw new RpcException(RpcStatusCode.Internal, "The call ended without a message.");
            }

            await using var stream = await response.Content.ReadAsStreamAsync(linked.Token);
            var message = await RpcFrame.ReadAsync(stream, parser, options.MaxReceiveMessageSize, linked.Token);
            await DrainAsync(stream, linked.Token);
            RpcStatus.CheckTrailers(response);
            return message ?? throw new RpcException(RpcStatusCode.Internal, "The call ended without a message.");
        }
        catch (Exception exception) when (IsForeign(exception, cancellationToken))
        {
            throw Translate(exception, cancellationToken, deadline.Token);
        }
    }

    /// <summary>A call with one request and a stream of responses.</summary>
    /// <exception cref="RpcException">The call failed.</exception>
    internal async IAsyncEnumerable<TResponse> StreamAsync<TResponse>(
        string path, IMessage request, MessageParser<TResponse> parser, Action? connected = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where TResponse : class, IMessage<TResponse>
    {
        using var response = await GuardAsync(() => SendAsync(path, request, timeout: null, cancellationToken), cancellationToken);
        if (RpcStatus.CheckHeaders(response))
        {
            yield break;
        }

        connected?.Invoke();
        await using var stream = await GuardAsync(() => response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken);
        while (await GuardAsync(() => RpcFrame.ReadAsync(stream, parser, options.MaxReceiveMessageSize, cancellationToken), cancellationToken) is { } message)
        {
            yield return message;
        }

        RpcStatus.CheckTrailers(response);
    }

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(string path, IMessage message, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(options.Endpoint, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(RpcFrame.Write(message, options.MaxSendMessageSize)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(ContentType);
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (!string.IsNullOrWhiteSpace(options.ApiToken))
        {
            request.Headers.TryAddWithoutValidation(DaprHeaders.ApiToken, options.ApiToken);
        }

        if (timeout is { } limit)
        {
            request.Headers.TryAddWithoutValidation("grpc-timeout", string.Create(CultureInfo.InvariantCulture, $"{Math.Min((long)limit.TotalMilliseconds, 99_999_999)}m"));
        }

        RpcTrace.Inject(request);
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    // Trailers are there only once the body was read to its end.
    private static async Task DrainAsync(Stream stream, CancellationToken cancellationToken)
    {
        if (await stream.ReadAsync(new byte[1], cancellationToken) != 0)
        {
            throw new RpcException(RpcStatusCode.Internal, "A unary call answered with more than one message.");
        }
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> step, CancellationToken cancellationToken)
    {
        try
        {
            return await step();
        }
        catch (Exception exception) when (IsForeign(exception, cancellationToken))
        {
            throw Translate(exception, cancellationToken, CancellationToken.None);
        }
    }

    private static bool IsForeign(Exception exception, CancellationToken caller) =>
        exception is HttpRequestException or IOException || (exception is OperationCanceledException && !caller.IsCancellationRequested);

    private static Exception Translate(Exception exception, CancellationToken caller, CancellationToken deadline)
    {
        if (caller.IsCancellationRequested)
        {
            return new OperationCanceledException("The call was cancelled.", exception, caller);
        }

        return deadline.IsCancellationRequested
            ? new RpcException(RpcStatusCode.DeadlineExceeded, "Deadline exceeded.", exception)
            : new RpcException(RpcStatusCode.Unavailable, $"Error connecting to or reading from the sidecar: {exception.Message}", exception);
    }
}
