using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Sidecar.Api.Http;

/// <summary>
/// HTTP/2 without TLS on a port of HTTP/1.1, for clients that begin with its preface. Kestrel tells the two apart by TLS alone, so that such
/// connections are handed to a server of their own, which is there from the first of them on; the others pay for a look at their first bytes, once.
/// </summary>
internal sealed class PriorKnowledge(Func<KestrelServerOptions> createOptions, RequestDelegate handler, ILoggerFactory loggers) : IAsyncDisposable
{
    private static readonly byte[] Preface = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8];
    private static readonly TimeSpan Patience = new KestrelServerLimits().KeepAliveTimeout;
    private readonly HandedOverConnections _connections = new();
    private readonly Lock _gate = new();
    private KestrelServer? _server;
    private Task _started = Task.CompletedTask;
    private bool _isStopped;

    /// <summary>Waits for the requests under way until the token is cancelled.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task started;
        lock (_gate)
        {
            _isStopped = true;
            started = _started;
        }

        await started;
        await (_server?.StopAsync(cancellationToken) ?? Task.CompletedTask);
    }

    /// <summary>Takes a connection if it begins with the preface of HTTP/2; else the next one does.</summary>
    public async Task WatchAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        // Connections that say nothing end as they do in Kestrel: after a while, or when the server stops.
        var stop = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, connection.ConnectionClosed);
        limit.CancelAfter(Patience);
        bool isHttp2;
        try
        {
            isHttp2 = await BeginsWithPrefaceAsync(connection, limit.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            return;
        }

        if (!isHttp2)
        {
            await next(connection);
        }
        else if (await StartsAsync())
        {
            await _connections.ServeAsync(connection);
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        _server?.Dispose();
        return _connections.DisposeAsync();
    }

    // Over HTTP/1.1 Kestrel refuses such requests itself.
    private Task HandleAsync(HttpContext context) => FieldValue.AreValid(context.Request.Headers)
        ? handler(context)
        : PlainText.WriteAsync(context, StatusCodes.Status400BadRequest, "400 Bad Request: malformed header");

    private async ValueTask<bool> StartsAsync()
    {
        Task started;
        lock (_gate)
        {
            if (_isStopped)
            {
                return false;
            }

            if (_server is null)
            {
                var options = createOptions();
                options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
                _server = new KestrelServer(Options.Create(options), _connections, loggers);
                _started = _server.StartAsync(new KestrelApplication(HandleAsync), CancellationToken.None);
            }

            started = _started;
        }

        await started;
        return true;
    }

    private static async ValueTask<bool> BeginsWithPrefaceAsync(ConnectionContext connection, CancellationToken cancellationToken)
    {
        var input = connection.Transport.Input;
        while (true)
        {
            var read = await input.ReadAsync(cancellationToken);
            var length = (int)Math.Min(read.Buffer.Length, Preface.Length);
            var fits = IsPrefix(read.Buffer.Slice(0, length));
            var isDecided = !fits || length == Preface.Length || read.IsCompleted;

            // Nothing is taken: whoever serves the connection reads it from its beginning.
            input.AdvanceTo(read.Buffer.Start, isDecided ? read.Buffer.Start : read.Buffer.End);
            if (isDecided)
            {
                return fits && length == Preface.Length;
            }
        }
    }

    private static bool IsPrefix(in ReadOnlySequence<byte> bytes)
    {
        var rest = Preface.AsSpan();
        foreach (var part in bytes)
        {
            if (!rest.StartsWith(part.Span))
            {
                return false;
            }

            rest = rest[part.Length..];
        }

        return true;
    }
}
