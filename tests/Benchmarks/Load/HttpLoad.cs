using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Benchmarks.Load;

/// <summary>
/// Sends one prepared HTTP/1.1 request again and again over keep-alive connections, one at a time on each. It works on the socket, so that
/// the driver takes little of the machine that it measures. It understands answers with a Content-Length and those without a body.
/// </summary>
internal sealed class HttpLoad
{
    private readonly byte[] _request;
    private readonly int _port;

    public HttpLoad(int port, string method, string target, string? body = null, string contentType = "application/json")
    {
        _port = port;
        var content = body is null ? "" : $"Content-Type: {contentType}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n";
        _request = Encoding.UTF8.GetBytes($"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{content}\r\n{body}");
    }

    /// <summary>Runs for a time over a number of connections.</summary>
    public async Task<LoadResult> RunAsync(int connections, TimeSpan duration)
    {
        var end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var started = Stopwatch.GetTimestamp();
        var latencies = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(() => ConnectionAsync(end))));
        return LoadResult.Of(latencies.SelectMany(list => list), Stopwatch.GetElapsedTime(started));
    }

    private async Task<List<long>> ConnectionAsync(long end)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, _port);
        var buffer = new byte[16 * 1024];
        var latencies = new List<long>(64 * 1024);
        for (var began = Stopwatch.GetTimestamp(); began < end;)
        {
            await socket.SendAsync(_request);
            await ReceiveAsync(socket, buffer);
            var now = Stopwatch.GetTimestamp();
            latencies.Add(now - began);
            began = now;
        }

        return latencies;
    }

    private static async ValueTask ReceiveAsync(Socket socket, byte[] buffer)
    {
        var received = 0;
        while (true)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(received));
            if (count == 0)
            {
                throw new IOException("The server closed the connection.");
            }

            received += count;
            if (LengthOf(buffer.AsSpan(0, received)) is { } length)
            {
                await SkipAsync(socket, length - received, buffer);
                return;
            }
        }
    }

    private static async ValueTask SkipAsync(Socket socket, int left, byte[] buffer)
    {
        while (left > 0)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(0, Math.Min(left, buffer.Length)));
            left -= count > 0 ? count : throw new IOException("The server closed the connection.");
        }
    }

    // Null while the headers are not complete.
    private static int? LengthOf(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return null;
        }

        var head = answer[..end];
        if (head.Length < 10 || head[9] != (byte)'2')
        {
            throw new InvalidOperationException($"Answered: {Encoding.UTF8.GetString(answer)}");
        }

        var field = head.IndexOf("Content-Length: "u8);
        return field >= 0 && Utf8Parser.TryParse(head[(field + 16)..], out int length, out _) ? end + 4 + length
            : head.IndexOf("Transfer-Encoding"u8) < 0 ? end + 4
            : throw new NotSupportedException("The answer is chunked; this driver reads only bodies of known length.");
    }
}
