using System.Buffers.Binary;
using Google.Protobuf;

namespace Dapr.Common.Rpc;

/// <summary>gRPC's message framing: one byte "compressed", four bytes length (big endian), the message.</summary>
internal static class RpcFrame
{
    private const int PrefixLength = 5;

    internal static byte[] Write(IMessage message, int? limit)
    {
        var length = message.CalculateSize();
        if (length > limit)
        {
            throw new RpcException(RpcStatusCode.ResourceExhausted, $"Sending message exceeds the maximum configured message size: {length} > {limit}.");
        }

        var frame = new byte[PrefixLength + length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), length);
        message.WriteTo(frame.AsSpan(PrefixLength));
        return frame;
    }

    /// <summary>The next message, or null at the end of the stream.</summary>
    internal static async Task<T?> ReadAsync<T>(Stream stream, MessageParser<T> parser, int? limit, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        var prefix = new byte[PrefixLength];
        var read = await stream.ReadAtLeastAsync(prefix, PrefixLength, throwOnEndOfStream: false, cancellationToken);
        if (read == 0)
        {
            return null;
        }

        if (read < PrefixLength)
        {
            throw new RpcException(RpcStatusCode.Internal, "The stream ended within the prefix of a message.");
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix.AsSpan(1));
        if (prefix[0] != 0)
        {
            throw new RpcException(RpcStatusCode.Unimplemented, "The message is compressed, which was not asked for.");
        }

        if (length > (uint)(limit ?? Array.MaxLength))
        {
            throw new RpcException(RpcStatusCode.ResourceExhausted, $"Received message exceeds the maximum configured message size: {length} > {limit ?? Array.MaxLength}.");
        }

        return await ReadMessageAsync(stream, parser, (int)length, cancellationToken);
    }

    private static async Task<T> ReadMessageAsync<T>(Stream stream, MessageParser<T> parser, int length, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        var message = new byte[length];
        try
        {
            await stream.ReadExactlyAsync(message, cancellationToken);
            return parser.ParseFrom(message);
        }
        catch (EndOfStreamException exception)
        {
            throw new RpcException(RpcStatusCode.Internal, "The stream ended within a message.", exception);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new RpcException(RpcStatusCode.Internal, "The message is not of the expected type.", exception);
        }
    }
}
