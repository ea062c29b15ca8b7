using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Benchmarks.Roles;

/// <summary>
/// The yardstick: Kestrel and HttpClient's handler with nothing between them but a copy of the headers and the body. What a sidecar costs beyond
/// this is its own doing.
/// </summary>
internal sealed class ForwarderRole(int appPort) : EndpointRole(HttpProtocols.Http1)
{
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { UseCookies = false, UseProxy = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null });
    private readonly string _target = $"http://127.0.0.1:{appPort}";

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _client.Dispose();
    }

    protected override async Task HandleAsync(HttpContext context)
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
