using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;

namespace Benchmarks.Roles;

/// <summary>
/// A collector that takes spans and forgets them. It works on the socket, as the load does: what a collector does with spans is not the sidecar's
/// cost, and on the machine that is measured it should take as little as can be.
/// </summary>
internal sealed class SpanSink : IAsyncDisposable
{
    private const int BufferSize = 256 * 1024;
    private static readonly byte[] Accepted = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"u8.ToArray();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private Task _serving = Task.CompletedTask;

    /// <summary>Listens and returns the port.</summary>
    public int Start()
    {
        _listener.Start();
        _serving = ServeAsync();
        return ((IPEndPoint)_listener.LocalEndpoint).Port;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _serving;
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stopping.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket accepted)
    {
        using var socket = accepted;
        var buffer = new byte[BufferSize];
        try
        {
            var filled = 0;
            while (await socket.ReceiveAsync(buffer.AsMemory(filled), _stopping.Token) is > 0 and var count)
            {
                filled += count;
                if (LengthOf(buffer.AsSpan(0, filled)) is not { } length)
                {
                    continue;
                }

                for (var left = length - filled; left > 0;)
                {
                    left -= await socket.ReceiveAsync(buffer, _stopping.Token) is > 0 and var more ? more : throw new IOException("The sidecar closed the connection.");
                }

                filled = 0;
                await socket.SendAsync(Accepted);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException)
        {
            // The sidecar has ended, or the benchmark has.
        }
    }

    // The request's, head and body; null while the head is not complete.
    private static int? LengthOf(ReadOnlySpan<byte> request)
    {
        var end = request.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return null;
        }

        var field = request[..end].IndexOf("Content-Length: "u8);
        return field >= 0 && Utf8Parser.TryParse(request[(field + 16)..end], out int length, out _) ? end + 4 + length : throw new NotSupportedException("The spans come without a length.");
    }
}
