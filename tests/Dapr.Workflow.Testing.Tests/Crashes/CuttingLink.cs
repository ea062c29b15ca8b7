using System.Net;
using System.Net.Sockets;

namespace Dapr.Workflow.Testing.Tests.Crashes;

/// <summary>
/// A way to a database that is cut once: when a certain message of the client arrives, every connection ends, either before the message has gone on, or
/// after the database has answered it and before the client hears of that.
/// </summary>
internal sealed class CuttingLink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _server;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private readonly List<TcpClient> _open = [];
    private readonly Task _accepting;
    private int _cutAt = -1;
    private bool _afterAnswer;

    public CuttingLink(IPEndPoint server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Messages of the client since <see cref="Arm"/>.</summary>
    public int Messages { get; private set; }

    /// <summary>Counts from here on, and cuts at the given message; 0 = never.</summary>
    public void Arm(int cutAt, bool afterAnswer)
    {
        lock (_gate)
        {
            (_cutAt, _afterAnswer, Messages) = (cutAt, afterAnswer, 0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        CutAll();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The link is taken down.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient { NoDelay = true };
        client.NoDelay = true;
        lock (_gate)
        {
            _open.AddRange([client, server]);
        }

        try
        {
            await server.ConnectAsync(_server);
            var answering = new Answers();
            await Task.WhenAny(RequestsAsync(client.GetStream(), server.GetStream(), answering), AnswersAsync(server.GetStream(), client.GetStream(), answering));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut.
        }
        finally
        {
            client.Dispose();
        }
    }

    private async Task RequestsAsync(NetworkStream from, NetworkStream to, Answers answers)
    {
        var buffer = new byte[1 << 20];
        while (await from.ReadAsync(buffer) is > 0 and var length)
        {
            if (!IsTheOne())
            {
                await to.WriteAsync(buffer.AsMemory(0, length));
                continue;
            }

            if (_afterAnswer)
            {
                answers.Hold();
                await to.WriteAsync(buffer.AsMemory(0, length));
                await answers.Held;
            }

            CutAll();
        }
    }

    private static async Task AnswersAsync(NetworkStream from, NetworkStream to, Answers answers)
    {
        var buffer = new byte[1 << 20];
        while (await from.ReadAsync(buffer) is > 0 and var length)
        {
            if (answers.Take())
            {
                return;
            }

            await to.WriteAsync(buffer.AsMemory(0, length));
        }
    }

    private bool IsTheOne()
    {
        lock (_gate)
        {
            return _cutAt >= 0 && ++Messages == _cutAt;
        }
    }

    private void CutAll()
    {
        lock (_gate)
        {
            _open.ForEach(each => each.Close());
            _open.Clear();
        }
    }

    // The answer that the client never gets.
    private sealed class Answers
    {
        private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _isHeld;

        public Task Held => _taken.Task;

        public void Hold() => _isHeld = true;

        public bool Take() => _isHeld && _taken.TrySetResult();
    }
}
