using System.Net.Sockets;

namespace Sidecar.Invocation;

/// <summary>
/// A connection that ends in order when it is dropped in the middle of a request: what was sent arrives before the end. Without that the
/// system throws away what the other side has not read yet, and how much of a cut body an app sees is chance.
/// </summary>
internal sealed class LingeringStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private int _closing;

    /// <summary>Connects; for <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new LingeringStream(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (!disposing || Interlocked.Exchange(ref _closing, 1) == 1)
        {
            base.Dispose(disposing);
            return;
        }

        try
        {
            Socket.Shutdown(SocketShutdown.Send);
            _ = CloseLaterAsync();
        }
        catch (SocketException)
        {
            // The other side has gone already.
            base.Dispose(disposing: true);
        }
    }

    // The other side closes when it has read the end; one that does not is left after a while.
    private async Task CloseLaterAsync()
    {
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        try
        {
            var rest = new byte[1024];
            while (await Socket.ReceiveAsync(rest, limit.Token) > 0)
            {
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It is over either way.
        }

        base.Dispose(disposing: true);
    }
}
