using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Sidecar.Api.Grpc;
using Sidecar.Api.Http;
using Sidecar.Invocation;
using Sidecar.Telemetry.Metrics;

namespace Sidecar;

/// <summary>The listening ports of a sidecar, started and stopped together.</summary>
internal sealed class SidecarEndpoints(SidecarOptions options, HttpDispatcher http, GrpcDispatcher grpc, PublicDispatcher open, MetricsEndpoint metrics) : IAsyncDisposable
{
    // Go's server, and so daprd, reads this much beyond the configured size of headers.
    private const int HeaderSlack = 4096;

    private readonly List<KestrelEndpoint> _endpoints = [];

    public int HttpPort { get; private set; }

    public int GrpcPort { get; private set; }

    /// <summary>Listens on all ports; throws <see cref="SidecarStartException"/> naming every port that is in use.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        HttpPort = await ListenAsync("HTTP", "daprHTTPPort", options.HttpPort, Protocols, ConfigureHttp, http.HandleAsync, problems, cancellationToken);
        GrpcPort = await ListenAsync("gRPC", "daprGRPCPort", options.GrpcPort, HttpProtocols.Http2, GrpcServer.ConfigureLimits, grpc.HandleAsync, problems, cancellationToken);
        if (options.PublicPort is { } port)
        {
            await ListenAsync("public", "dapr-public-port", port, HttpProtocols.Http1, ConfigureHttp, open.HandleAsync, problems, cancellationToken);
        }

        if (options.MetricsPort is { } metricsPort)
        {
            await ListenAsync("metrics", "metricsPort", metricsPort, HttpProtocols.Http1, ConfigureHttp, metrics.HandleAsync, problems, cancellationToken);
        }

        if (problems.Count > 0)
        {
            throw new SidecarStartException(options.AppId, problems);
        }
    }

    /// <summary>Takes no new connections and waits for the requests under way until the token is cancelled.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(_endpoints.Select(endpoint => endpoint.StopAsync(cancellationToken)));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var endpoint in _endpoints)
        {
            await endpoint.DisposeAsync();
        }
    }

    // As daprd's, which has this variable for clients that cannot stand it.
    private HttpProtocols Protocols => options.Environment.GetValueOrDefault("DAPR_HTTP_DISABLE_H2C")?.ToLowerInvariant() is "true" or "t" or "1" or "y" or "yes" or "on" ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;

    private void ConfigureHttp(KestrelServerLimits limits)
    {
        // Bodies are limited by the dispatcher, with daprd's error in place of a 413.
        limits.MaxRequestBodySize = null;
        // As in Go's server the size alone counts, that of the request line with the headers.
        var headers = options.ReadBufferSize + HeaderSlack;
        limits.MaxRequestBufferSize = Math.Max(headers, limits.MaxRequestBufferSize ?? 0);
        limits.MaxRequestHeadersTotalSize = headers;
        limits.MaxRequestLineSize = headers;
        limits.MaxRequestHeaderCount = headers;
        limits.Http2.MaxRequestHeaderFieldSize = headers;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
    }

    // Kestrel lets no NUL through, so that it is told here what daprd says about it. Whoever must show a token has not: nothing is told then.
    private ApiError? Rejection(string target) =>
        string.IsNullOrEmpty(options.ApiToken)
        && InvocationTarget.Find(RequestPath.Split(target).Path, new HeaderDictionary()) is { } invocation
        && RequestPath.ToMethodPath(invocation.Method, out var problem) is null
            ? InvocationApi.InvalidMethod(invocation.Id, problem!)
            : null;

    private async Task<int> ListenAsync(
        string name,
        string setting,
        int port,
        HttpProtocols protocols,
        Action<KestrelServerLimits> configure,
        Microsoft.AspNetCore.Http.RequestDelegate handler,
        List<string> problems,
        CancellationToken cancellationToken)
    {
        // A connection keeps its first few kilobytes while it waits: one read for a request instead of a look first.
        var transport = new SocketTransportOptions { WaitForDataBeforeAllocatingBuffer = false };
        var endpoint = new KestrelEndpoint(options.ListenAddress, port, protocols, configure, handler, options.Loggers, name == "HTTP" ? Rejection : null, transport);
        _endpoints.Add(endpoint);
        try
        {
            await endpoint.StartAsync(cancellationToken);
        }
        catch (IOException exception)
        {
            problems.Add($"{name} port {port} ({setting}) cannot be opened on {options.ListenAddress}: {exception.Message} Stop what uses it or give another port.");
        }

        return endpoint.Port;
    }
}
