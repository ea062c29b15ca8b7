using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Sidecar.Tests.Security;

/// <summary>HTTP/2 frames as no client library would send them.</summary>
internal static class RawHttp2
{
    private const byte Headers = 1;
    private const byte Reset = 3;
    private const byte GoAway = 7;

    /// <summary>Sends one request without a body, each header as it is, and waits for the first word about it.</summary>
    public static async Task SendAsync(int port, params (string Name, string Value)[] headers)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port);
        var stream = client.GetStream();
        var block = new MemoryStream();
        foreach (var (name, value) in headers)
        {
            block.WriteByte(0);
            WriteText(block, name);
            WriteText(block, value);
        }

        await stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        await stream.WriteAsync(Frame(4, 0, 0, []));
        await stream.WriteAsync(Frame(Headers, 5, 1, block.ToArray()));
        var head = new byte[9];
        byte type;
        do
        {
            if (await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false) < head.Length)
            {
                return;
            }

            type = head[3];
            await stream.ReadExactlyAsync(new byte[(head[0] << 16) | (head[1] << 8) | head[2]]);
        }
        while (type is not (Headers or Reset or GoAway));
    }

    // HPACK without its tables: a length of seven bits, more of it in the bytes that follow, then the text.
    private static void WriteText(MemoryStream to, string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        if (bytes.Length < 127)
        {
            to.WriteByte((byte)bytes.Length);
        }
        else
        {
            to.WriteByte(127);
            var left = bytes.Length - 127;
            for (; left >= 128; left >>= 7)
            {
                to.WriteByte((byte)(left | 128));
            }

            to.WriteByte((byte)left);
        }

        to.Write(bytes);
    }

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }
}
