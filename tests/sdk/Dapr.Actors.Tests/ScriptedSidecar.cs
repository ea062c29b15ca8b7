using System.Collections.Concurrent;
using Dapr.Actors.Client;

namespace Dapr.Actors.Tests;

/// <summary>Answers requests as told, without a network.</summary>
internal sealed class ScriptedSidecar(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
{
    private const string Endpoint = "http://sidecar.test:3500/";
    private readonly ConcurrentQueue<(HttpRequestMessage Request, byte[] Body)> requests = new();

    public IReadOnlyList<(HttpRequestMessage Request, byte[] Body)> Requests => [.. requests];

    public ActorSidecar Client => new(this, Endpoint, token: null, timeout: null);

    public ActorProxyFactory Proxies(string? token = null, bool json = false) => new(new ActorProxyOptions { HttpEndpoint = Endpoint, DaprApiToken = token, UseJsonSerialization = json }, this);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        requests.Enqueue((request, request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken)));
        return answer(request);
    }
}
