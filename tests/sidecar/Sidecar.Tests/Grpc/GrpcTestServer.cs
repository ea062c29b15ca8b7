using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Api.Grpc;

namespace Sidecar.Tests.Grpc;

/// <summary>A Kestrel endpoint that serves some gRPC methods, and a client for it.</summary>
internal sealed class GrpcTestServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private GrpcTestServer(WebApplication app, Uri address)
    {
        _app = app;
        Port = address.Port;
        Client = new GrpcTestClient(address);
    }

    public GrpcTestClient Client { get; }

    public int Port { get; }

    public static Task<GrpcTestServer> StartAsync(params GrpcMethod[] methods) => StartAsync(new GrpcServerOptions(), methods);

    public static Task<GrpcTestServer> StartAsync(GrpcServerOptions options, params GrpcMethod[] methods) => StartAsync(options, keepAlive: null, methods);

    /// <summary>Serves, and gives up connections that answer no ping within <paramref name="keepAlive"/> (null: as a sidecar does).</summary>
    public static async Task<GrpcTestServer> StartAsync(GrpcServerOptions options, TimeSpan? keepAlive, params GrpcMethod[] methods)
    {
        var port = FreePort.Next();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            GrpcServer.ConfigureLimits(kestrel.Limits);
            kestrel.Limits.Http2.KeepAlivePingDelay = keepAlive ?? kestrel.Limits.Http2.KeepAlivePingDelay;
            kestrel.Limits.Http2.KeepAlivePingTimeout = keepAlive ?? kestrel.Limits.Http2.KeepAlivePingTimeout;
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2);
        });
        var app = builder.Build();
        var server = new GrpcServer([new Api(methods)], options, TimeProvider.System, NullLogger<GrpcServer>.Instance);
        app.Run(async context => _ = await server.HandleAsync(context));
        await app.StartAsync();
        return new GrpcTestServer(app, new Uri($"http://127.0.0.1:{port}"));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private sealed record Api(IReadOnlyList<GrpcMethod> Methods) : IGrpcApi;
}
