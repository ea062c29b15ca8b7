using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Sidecar.Api.Http;
using Sidecar.NameResolution;
using Sidecar.Telemetry;

namespace Sidecar.Invocation;

/// <summary>
/// What joins a sidecar that stands alone with those of other processes: a port of its own on which they hand their calls over, its address made
/// known, and theirs found for the calls of its app.
/// </summary>
internal sealed partial class PeerLink : IAsyncDisposable
{
    private const int TokenBytes = 32;
    private readonly SidecarOptions _options;
    private readonly IPeerAddresses _addresses;
    private readonly Tracing _tracing;
    private readonly ILogger _logger;
    private readonly string _token = Convert.ToHexString(RandomNumberGenerator.GetBytes(TokenBytes));
    private readonly KestrelEndpoint _endpoint;
    private readonly HttpMessageInvoker _client = AppHttp.CreateClient();
    private IDisposable? _announced;
    private uint _turn;

    public PeerLink(SidecarOptions options, IPeerAddresses addresses, ICallee own, Tracing tracing)
    {
        _options = options;
        _addresses = addresses;
        _tracing = tracing;
        _logger = options.Loggers.CreateLogger<PeerLink>();
        _endpoint = new KestrelEndpoint(options.ListenAddress, port: 0, HttpProtocols.Http1, Configure, new PeerApi(own, _token).HandleAsync, options.Loggers);
    }

    /// <summary>Listens and makes the address known. Without that the sidecar serves its own app all the same.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _endpoint.StartAsync(cancellationToken);
        try
        {
            _announced = _addresses.Announce(new PeerAddress(_options.AppId, AddressOf(_options.ListenAddress, _endpoint.Port), _token));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotAnnounced(_options.AppId, exception.Message);
        }
    }

    /// <summary>Where a sidecar that listens on an address is reached from this machine.</summary>
    internal static Uri AddressOf(string listen, int port)
    {
        var host = !IPAddress.TryParse(listen, out var address) ? listen
            : address.Equals(IPAddress.Any) ? $"{IPAddress.Loopback}"
            : address.Equals(IPAddress.IPv6Any) ? $"{IPAddress.IPv6Loopback}"
            : $"{address}";
        return new UriBuilder(Uri.UriSchemeHttp, host, port).Uri;
    }

    /// <summary>The sidecar of another process whose turn it is; null when none has the app.</summary>
    public ICallee? Find(string appId)
    {
        var found = _addresses.Find(appId);
        return found.Count == 0 ? null : new RemoteCallee(found[(int)(Interlocked.Increment(ref _turn) % (uint)found.Count)], _client, _tracing);
    }

    /// <summary>Is found no more, and waits for the calls under way until the token is cancelled.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _announced?.Dispose();
        return _endpoint.StopAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _announced?.Dispose();
        await _endpoint.DisposeAsync();
        _client.Dispose();
    }

    // The calling sidecar has its limits, and headers more than its caller sent.
    private void Configure(KestrelServerLimits limits)
    {
        limits.MaxRequestBodySize = _options.MaxBodySize;
        limits.MaxRequestHeadersTotalSize = (2 * _options.ReadBufferSize) + (64 * 1024);
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
    }

    [LoggerMessage(3035, LogLevel.Warning, "Sidecars of other processes do not find app {AppId}: {Problem}")]
    private partial void LogNotAnnounced(string appId, string problem);
}
