using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sidecar.Invocation;

namespace Sidecar.Middleware;

/// <summary>The pipeline on the way to the app (<c>appHttpPipeline</c>): the outgoing call takes the form of a request for the middleware, and back. Bodies are kept in memory.</summary>
internal sealed class AppPipeline(HttpPipeline pipeline)
{
    /// <summary>Sends a call through the pipeline; <paramref name="send"/> makes the call itself.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!;
        var target = address.OriginalString[(address.OriginalString.IndexOf(address.Authority, StringComparison.Ordinal) + address.Authority.Length)..];
        var context = new DefaultHttpContext { RequestAborted = cancellationToken };
        using var answer = new MemoryStream();
        Fill(context.Request, request, target);
        context.Request.Body = request.Content is { } content ? new MemoryStream(await content.ReadAsByteArrayAsync(cancellationToken)) : Stream.Null;
        context.Response.Body = answer;
        await pipeline.InvokeAsync(context, next => CallAsync(next, address, send));
        await context.Response.BodyWriter.FlushAsync(cancellationToken);
        return ToMessage(context.Response, answer.ToArray());
    }

    private static void Fill(HttpRequest to, HttpRequestMessage from, string target)
    {
        to.Method = from.Method.Method;
        to.Protocol = "HTTP/1.1";
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        to.Path = mark < 0 ? target : target[..mark];
        to.QueryString = mark < 0 ? QueryString.Empty : new QueryString(target[mark..]);
        to.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = target;
        foreach (var (name, values) in from.Headers.NonValidated.Concat(from.Content?.Headers.NonValidated ?? default))
        {
            to.Headers[name] = values.ToArray();
        }
    }

    private static async Task CallAsync(HttpContext context, Uri address, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), AppHttp.Verbatim($"{address.Scheme}://{address.Authority}{target}")) { Content = new ByteArrayContent(body.ToArray()) };
        foreach (var (name, values) in context.Request.Headers.Where(header => !header.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)))
        {
            _ = request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()) || request.Content.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
        }

        using var response = await send(request, context.RequestAborted);
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) && !name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
            {
                context.Response.Headers[name] = values.ToArray();
            }
        }

        await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static HttpResponseMessage ToMessage(HttpResponse from, byte[] body)
    {
        var message = new HttpResponseMessage((System.Net.HttpStatusCode)from.StatusCode) { Content = new ByteArrayContent(body) };
        foreach (var (name, values) in from.Headers)
        {
            _ = message.Headers.TryAddWithoutValidation(name, values.AsEnumerable()) || message.Content.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
        }

        return message;
    }
}
