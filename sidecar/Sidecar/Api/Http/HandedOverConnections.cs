using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Sidecar.Api.Http;

/// <summary>A transport whose connections were accepted elsewhere: a server on it serves what another one hands over, and listens nowhere itself.</summary>
internal sealed class HandedOverConnections : IConnectionListenerFactory, IConnectionListener
{
    // Taken at once: the server accepts in a loop.
    private readonly Channel<ConnectionContext> _connections = Channel.CreateBounded<ConnectionContext>(16);

    /// <inheritdoc />
    public EndPoint EndPoint { get; private set; } = new IPEndPoint(IPAddress.Loopback, 0);

    /// <summary>Hands a connection over; completes when the other server is done with it. It stays the caller's to close.</summary>
    public async Task ServeAsync(ConnectionContext connection)
    {
        var lent = new LentConnection(connection);
        await _connections.Writer.WriteAsync(lent, connection.ConnectionClosed);
        await lent.Returned;
    }

    /// <inheritdoc />
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        EndPoint = endpoint;
        return ValueTask.FromResult<IConnectionListener>(this);
    }

    /// <inheritdoc />
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _connections.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_connections.Reader.TryRead(out var connection))
            {
                return connection;
            }
        }

        return null;
    }

    /// <inheritdoc />
    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _connections.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => UnbindAsync();

    private sealed class LentConnection(ConnectionContext own) : ConnectionContext
    {
        private readonly TaskCompletionSource _returned = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Returned => _returned.Task;

        public override string ConnectionId { get => own.ConnectionId; set => own.ConnectionId = value; }

        public override IFeatureCollection Features { get; } = new FeatureCollection(own.Features);

        public override IDictionary<object, object?> Items { get => own.Items; set => own.Items = value; }

        public override IDuplexPipe Transport { get => own.Transport; set => own.Transport = value; }

        public override CancellationToken ConnectionClosed { get => own.ConnectionClosed; set => own.ConnectionClosed = value; }

        public override EndPoint? LocalEndPoint { get => own.LocalEndPoint; set => own.LocalEndPoint = value; }

        public override EndPoint? RemoteEndPoint { get => own.RemoteEndPoint; set => own.RemoteEndPoint = value; }

        public override void Abort(ConnectionAbortedException abortReason) => own.Abort(abortReason);

        public override ValueTask DisposeAsync()
        {
            _returned.TrySetResult();
            return base.DisposeAsync();
        }
    }
}
