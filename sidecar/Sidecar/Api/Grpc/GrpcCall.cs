using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Sidecar.Api.Grpc;

/// <summary>
/// A running call: messages in and out as 5-byte frames, metadata, cancellation. Reads and writes are each for one caller at
/// a time; a write returns when the transport has taken the message, which is the back-pressure of a slow client.
/// </summary>
internal sealed class GrpcCall(HttpContext context, int maxMessageSize, CancellationToken cancellation)
{
    private const int FrameHeader = 5;

    /// <summary>Signalled when the client went away or cancelled, when the deadline has passed, or when the server stops.</summary>
    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>Whether response headers have left; from then on a failure travels in the trailers.</summary>
    public bool HeadersSent => context.Response.HasStarted;

    /// <summary>Whether the handler has set metadata of the answer.</summary>
    public bool HasMetadata { get; private set; }

    /// <summary>The request's headers, metadata included.</summary>
    public IHeaderDictionary Headers => context.Request.Headers;

    /// <summary>The request as the transport has it, for what belongs to the request as a whole (trace, addresses).</summary>
    public HttpContext Context => context;

    /// <summary>Sets metadata that leaves with the headers of the answer; no effect once those have left.</summary>
    public void AddMetadata(string name, string value)
    {
        if (!HeadersSent && IsMetadataName(name))
        {
            context.Response.Headers.Append(name, string.Concat(value.Select(c => c is >= ' ' and <= '~' ? c : '?')));
            HasMetadata = true;
        }
    }

    /// <summary>A metadata value of the client, or null.</summary>
    public string? Metadata(string name) => context.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>Sends the response headers before the first message.</summary>
    public async Task SendHeadersAsync()
    {
        await context.Response.StartAsync(Cancellation);
        await context.Response.BodyWriter.FlushAsync(Cancellation);
    }

    /// <summary>Reads the next message; a stream that ends before it is INVALID (the client promised one).</summary>
    public async Task<T> ReadAsync<T>()
        where T : class, IMessage<T>, new() =>
        await TryReadAsync<T>() ?? throw new GrpcException(GrpcCode.Internal, "the request stream ended without a message");

    /// <summary>Reads the next message, or null at the end of the client's stream.</summary>
    public async Task<T?> TryReadAsync<T>()
        where T : class, IMessage<T>, new()
    {
        try
        {
            return await NextAsync<T>(context.Request.BodyReader);
        }
        catch (IOException) when (!Cancellation.IsCancellationRequested)
        {
            // The client's reset shows here before the call counts as cancelled.
            throw new GrpcException(GrpcCode.Cancelled, "context canceled");
        }
    }

    /// <summary>Writes one message and waits until the transport has taken it.</summary>
    public async Task WriteAsync<T>(T message)
        where T : IMessage<T>
    {
        var writer = context.Response.BodyWriter;
        var size = message.CalculateSize();
        var header = writer.GetSpan(FrameHeader);
        header[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], size);
        writer.Advance(FrameHeader);
        message.WriteTo(writer);
        var flush = await writer.FlushAsync(Cancellation);
        if (flush.IsCompleted)
        {
            throw new OperationCanceledException("The client closed the stream.", Cancellation);
        }
    }

    private static bool IsMetadataName(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.');

    private async Task<T?> NextAsync<T>(PipeReader reader)
        where T : class, IMessage<T>, new()
    {
        while (true)
        {
            var read = await reader.ReadAsync(Cancellation);
            var buffer = read.Buffer;
            if (TryParseFrame(buffer, out var payload, out var end))
            {
                var message = Parse<T>(payload);
                reader.AdvanceTo(end);
                return message;
            }

            if (read.IsCompleted)
            {
                return buffer.IsEmpty ? null : throw new GrpcException(GrpcCode.Internal, "the request stream ended within a message");
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static T Parse<T>(ReadOnlySequence<byte> payload)
        where T : class, IMessage<T>, new()
    {
        try
        {
            var message = new T();
            message.MergeFrom(payload);
            return message;
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new GrpcException(new GrpcStatus(GrpcCode.Internal, $"the request is no {typeof(T).Name}: {e.Message}"), e);
        }
    }

    private bool TryParseFrame(ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> payload, out SequencePosition end)
    {
        payload = default;
        end = buffer.Start;
        if (buffer.Length < FrameHeader)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[FrameHeader];
        buffer.Slice(0, FrameHeader).CopyTo(header);
        if (header[0] != 0)
        {
            throw new GrpcException(GrpcCode.Unimplemented, "compressed messages are not supported; send grpc-encoding identity");
        }

        var size = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (size > (uint)maxMessageSize)
        {
            throw new GrpcException(GrpcCode.ResourceExhausted, $"grpc: received message larger than max ({size} vs. {maxMessageSize})");
        }

        if (buffer.Length < FrameHeader + size)
        {
            return false;
        }

        payload = buffer.Slice(FrameHeader, size);
        end = payload.End;
        return true;
    }
}
