using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Api.Http;

namespace Benchmarks.Roles;

/// <summary>A role that is one port of Kestrel, with nothing around it.</summary>
internal abstract class EndpointRole : IRole
{
    private readonly KestrelEndpoint _endpoint;

    protected EndpointRole(HttpProtocols protocols) =>
        _endpoint = new KestrelEndpoint("127.0.0.1", 0, protocols, _ => { }, HandleAsync, NullLoggerFactory.Instance);

    public async Task<IReadOnlyList<int>> StartAsync()
    {
        await _endpoint.StartAsync(CancellationToken.None);
        return [_endpoint.Port];
    }

    public virtual async ValueTask DisposeAsync()
    {
        await _endpoint.StopAsync(new CancellationToken(canceled: true));
        await _endpoint.DisposeAsync();
    }

    /// <summary>Answers a request.</summary>
    protected abstract Task HandleAsync(HttpContext context);
}
