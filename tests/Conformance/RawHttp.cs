using System.Net.Sockets;
using System.Text;

namespace Conformance;

/// <summary>An HTTP/1.1 client that sends paths as they are: the platform's client would clean them first.</summary>
internal static class RawHttp
{
    /// <summary>An answer; headers in lower case.</summary>
    internal sealed record Response(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body);

    /// <summary>Sends a request on a connection of its own and reads the answer. Throws <see cref="IOException"/> when the connection is refused or closed.</summary>
    public static async Task<Response> SendAsync(int port, string method, string path, IReadOnlyList<KeyValuePair<string, string>> headers, byte[]? body, bool chunked, CancellationToken cancellationToken)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync("127.0.0.1", port, cancellationToken);
        }
        catch (SocketException exception)
        {
            throw new IOException("refused", exception);
        }

        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Head(port, method, path, headers, body, chunked), cancellationToken);
        var sending = SendBodyAsync(stream, body, chunked, cancellationToken);
        var response = await ReadAsync(stream, method, cancellationToken);
        try
        {
            await sending;
        }
        catch (IOException)
        {
            // the answer came before the whole body was read: it is what counts
        }

        return response;
    }

    private static byte[] Head(int port, string method, string path, IReadOnlyList<KeyValuePair<string, string>> headers, byte[]? body, bool chunked)
    {
        var head = new StringBuilder($"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n");
        foreach (var (name, value) in headers)
        {
            head.Append($"{name}: {value}\r\n");
        }

        if (chunked)
        {
            head.Append("Transfer-Encoding: chunked\r\n");
        }
        else if (body is not null || method is "POST" or "PUT" or "PATCH")
        {
            head.Append($"Content-Length: {body?.Length ?? 0}\r\n");
        }

        return Encoding.UTF8.GetBytes(head.Append("\r\n").ToString());
    }

    private static async Task SendBodyAsync(NetworkStream stream, byte[]? body, bool chunked, CancellationToken cancellationToken)
    {
        if (!chunked)
        {
            await stream.WriteAsync(body ?? [], cancellationToken);
            return;
        }

        foreach (var part in (body ?? []).Chunk(64 * 1024))
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"{part.Length:x}\r\n"), cancellationToken);
            await stream.WriteAsync(part, cancellationToken);
            await stream.WriteAsync("\r\n"u8.ToArray(), cancellationToken);
        }

        await stream.WriteAsync("0\r\n\r\n"u8.ToArray(), cancellationToken);
    }

    private static async Task<Response> ReadAsync(NetworkStream stream, string method, CancellationToken cancellationToken)
    {
        var reader = new LineReader(stream);
        while (true)
        {
            var status = await reader.LineAsync(cancellationToken) ?? throw new IOException("closed");
            var code = int.Parse(status.Split(' ')[1]);
            var headers = new Dictionary<string, string>(StringComparer.Ordinal);
            while (await reader.LineAsync(cancellationToken) is { Length: > 0 } line)
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                var name = line[..colon].ToLowerInvariant();
                var value = line[(colon + 1)..].Trim();
                headers[name] = headers.TryGetValue(name, out var before) ? $"{before}, {value}" : value;
            }

            if (code >= 200)
            {
                return new Response(code, headers, await BodyAsync(reader, method, code, headers, cancellationToken));
            }
        }
    }

    private static async Task<byte[]> BodyAsync(LineReader reader, string method, int code, Dictionary<string, string> headers, CancellationToken cancellationToken)
    {
        if (method == "HEAD" || code is 204 or 304)
        {
            return [];
        }

        if (headers.TryGetValue("content-length", out var length))
        {
            return await reader.BytesAsync(int.Parse(length), cancellationToken);
        }

        if (!headers.ContainsKey("transfer-encoding"))
        {
            return await reader.RestAsync(cancellationToken);
        }

        using var body = new MemoryStream();
        while (true)
        {
            var size = Convert.ToInt32((await reader.LineAsync(cancellationToken) ?? throw new IOException("closed")).Split(';')[0], 16);
            if (size == 0)
            {
                return body.ToArray();
            }

            body.Write(await reader.BytesAsync(size, cancellationToken));
            await reader.LineAsync(cancellationToken);
        }
    }

    private sealed class LineReader(NetworkStream stream)
    {
        private readonly BufferedStream _buffer = new(stream, 64 * 1024);

        public async Task<string?> LineAsync(CancellationToken cancellationToken)
        {
            var line = new List<byte>();
            var one = new byte[1];
            while (await _buffer.ReadAsync(one, cancellationToken) == 1)
            {
                if (one[0] == '\n')
                {
                    return Encoding.UTF8.GetString(line.ToArray()).TrimEnd('\r');
                }

                line.Add(one[0]);
            }

            return line.Count == 0 ? null : throw new IOException("closed");
        }

        public async Task<byte[]> BytesAsync(int count, CancellationToken cancellationToken)
        {
            var bytes = new byte[count];
            await _buffer.ReadExactlyAsync(bytes, cancellationToken);
            return bytes;
        }

        public async Task<byte[]> RestAsync(CancellationToken cancellationToken)
        {
            using var rest = new MemoryStream();
            await _buffer.CopyToAsync(rest, cancellationToken);
            return rest.ToArray();
        }
    }
}
