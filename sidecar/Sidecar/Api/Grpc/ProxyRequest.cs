using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace Sidecar.Api.Grpc;

/// <summary>
/// What a caller sends in a proxied call: passed on as it comes, or kept when a policy may repeat it. What can be kept is one message, as daprd has it;
/// a caller that streams says so by metadata <c>dapr-stream</c>, or gets an error with its second message.
/// </summary>
internal sealed class ProxyRequest(HttpContext context, bool isKept, long maxMessageSize)
{
    private const int FrameHeader = 5;
    private Task<byte[]>? _message;
    private Task? _end;

    /// <summary>Why the request cannot be passed on; null while it can.</summary>
    public GrpcStatus? Refusal { get; private set; }

    /// <summary>The content of one attempt.</summary>
    public HttpContent ToContent() => new Content(isKept ? SendKeptAsync : (stream, token) => PumpAsync(context.Request.Body, stream, token));

    /// <summary>Passes on what comes, as it comes.</summary>
    public static async Task PumpAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            int read;
            while ((read = await from.ReadAsync(buffer, cancellationToken)) > 0)
            {
                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                await to.FlushAsync(cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Reading goes on for the next attempt when one is given up; attempts follow one another.
    private async Task SendKeptAsync(Stream stream, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(await (_message ??= ReadMessageAsync()).WaitAsync(cancellationToken), cancellationToken);
        await stream.FlushAsync(cancellationToken);
        await (_end ??= ReadEndAsync()).WaitAsync(cancellationToken);
    }

    private async Task<byte[]> ReadMessageAsync()
    {
        var header = new byte[FrameHeader];
        var read = await context.Request.Body.ReadAtLeastAsync(header, FrameHeader, throwOnEndOfStream: false, context.RequestAborted);
        if (read < FrameHeader)
        {
            return header[..read];
        }

        var size = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(1));
        if (size > maxMessageSize)
        {
            throw Refuse(new GrpcStatus(GrpcCode.ResourceExhausted, $"grpc: received message larger than max ({size} vs. {maxMessageSize})"));
        }

        var frame = new byte[FrameHeader + size];
        header.CopyTo(frame, 0);
        await context.Request.Body.ReadExactlyAsync(frame.AsMemory(FrameHeader), context.RequestAborted);
        return frame;
    }

    private async Task ReadEndAsync()
    {
        if (await context.Request.Body.ReadAsync(new byte[1], context.RequestAborted) > 0)
        {
            throw Refuse(new GrpcStatus(GrpcCode.FailedPrecondition, "cannot use resiliency policies with retries on streaming RPCs"));
        }
    }

    private IOException Refuse(GrpcStatus status)
    {
        Refusal = status;
        return new IOException(status.Message);
    }

    private sealed class Content(Func<Stream, CancellationToken, Task> send) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => send(stream, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) => send(stream, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
