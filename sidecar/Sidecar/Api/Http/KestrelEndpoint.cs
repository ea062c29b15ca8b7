using System.Net;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Sidecar.Api.Http;

/// <summary>
/// One listening port on Kestrel alone, without the hosting layer: no container, no routing, no process-wide diagnostics. An exception of
/// the handler is Kestrel's to log; the dispatchers catch what they expect.
/// </summary>
internal sealed class KestrelEndpoint : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly RequestDelegate _handler;
    private readonly PriorKnowledge? _priorKnowledge;

    /// <param name="protocols">HTTP/1.1, HTTP/2 without TLS, or both.</param>
    /// <param name="rejection">The answer to a target that Kestrel refuses, or null for a plain text.</param>
    /// <param name="transport">How it uses its sockets; Kestrel's defaults when null.</param>
    public KestrelEndpoint(string address, int port, HttpProtocols protocols, Action<KestrelServerLimits> configure, RequestDelegate handler, ILoggerFactory loggers, Func<string, ApiError?>? rejection = null, SocketTransportOptions? transport = null)
    {
        var options = CreateOptions(protocols, configure);
        var rejected = new RejectedRequests(loggers, rejection);
        _priorKnowledge = protocols == HttpProtocols.Http1AndHttp2 ? new PriorKnowledge(() => CreateOptions(protocols, configure), handler, loggers) : null;
        options.Listen(IPAddress.Parse(address), port, listen =>
        {
            listen.Protocols = protocols == HttpProtocols.Http2 ? protocols : HttpProtocols.Http1;
            if (_priorKnowledge is { } http2)
            {
                listen.Use(next => connection => http2.WatchAsync(connection, next));
            }

            if (protocols != HttpProtocols.Http2)
            {
                listen.Use(next => connection => rejected.WatchAsync(connection, next));
            }
        });
        var sockets = new SocketTransportFactory(Options.Create(transport ?? new SocketTransportOptions()), loggers);
        _server = new KestrelServer(Options.Create(options), sockets, protocols == HttpProtocols.Http2 ? loggers : rejected);
        _handler = handler;
    }

    /// <summary>The port, once started.</summary>
    public int Port { get; private set; }

    /// <summary>Listens; throws <see cref="IOException"/> when the port is in use.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _server.StartAsync(new KestrelApplication(_handler), cancellationToken);
        Port = new Uri(_server.Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
    }

    /// <summary>Takes no new connections and waits for the requests under way until the token is cancelled.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(_server.StopAsync(cancellationToken), _priorKnowledge?.StopAsync(cancellationToken) ?? Task.CompletedTask);

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        return _priorKnowledge?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    private static KestrelServerOptions CreateOptions(HttpProtocols protocols, Action<KestrelServerLimits> configure)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        configure(options.Limits);
        if (protocols != HttpProtocols.Http2)
        {
            // Headers pass as the octets they are; HeaderText reads those that are texts.
            options.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
            options.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
        }

        return options;
    }
}
