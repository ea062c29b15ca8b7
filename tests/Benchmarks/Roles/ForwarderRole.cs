using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Api.Http;

namespace Benchmarks.Roles;

/// <summary>
/// The yardstick: Kestrel and HttpClient's handler with nothing between them but a copy of the headers and the body. What a sidecar costs beyond
/// this is its own doing.
/// </summary>
internal sealed class ForwarderRole : IRole
{
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { UseCookies = false, UseProxy = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null });
    private readonly KestrelEndpoint _endpoint;
    private readonly string _target;

    public ForwarderRole(int appPort)
    {
        _target = $"http://127.0.0.1:{appPort}";
        _endpoint = new KestrelEndpoint("127.0.0.1", 0, HttpProtocols.Http1, _ => { }, HandleAsync, NullLoggerFactory.Instance);
    }

    public async Task<IReadOnlyList<int>> StartAsync()
    {
        await _endpoint.StartAsync(CancellationToken.None);
        return [_endpoint.Port];
    }

    public async ValueTask DisposeAsync()
    {
        await _endpoint.StopAsync(new CancellationToken(canceled: true));
        await _endpoint.DisposeAsync();
        _client.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var from = context.Request;
        using var request = new HttpRequestMessage(new HttpMethod(from.Method), _target + from.Path + from.QueryString);
        if (from.ContentLength > 0)
        {
            request.Content = new StreamContent(from.Body);
        }

        foreach (var (name, values) in from.Headers)
        {
            _ = name == "Host" || request.Headers.TryAddWithoutValidation(name, values.ToString()) || request.Content?.Headers.TryAddWithoutValidation(name, values.ToString()) == true;
        }

        using var answer = await _client.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.NonValidated)
        {
            context.Response.Headers[name] = values.ToString();
        }

        foreach (var (name, values) in answer.Content.Headers.NonValidated)
        {
            context.Response.Headers[name] = values.ToString();
        }

        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
