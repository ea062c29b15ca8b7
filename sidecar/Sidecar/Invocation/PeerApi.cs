using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sidecar.Api.Http;
using Sidecar.Telemetry;

namespace Sidecar.Invocation;

/// <summary>
/// Takes the calls that sidecars of other processes hand over: as HTTP, path and query as they are to reach the app. Whoever calls must show the
/// token that only this user's processes can read; everything else a call needs (access control, span, health) is the callee's own.
/// </summary>
internal sealed class PeerApi(ICallee callee, string token)
{
    /// <summary>The caller's proof.</summary>
    public const string Token = "x-sidecar-peer-token";

    /// <summary>In every answer, the app id: nobody else who got the port later answers so.</summary>
    public const string Callee = "x-sidecar-peer";

    /// <summary>In an answer that is not the app's: why there is none, with its percent signs escaped.</summary>
    public const string Error = "x-sidecar-peer-error";

    /// <summary>Beside an error that no repetition changes.</summary>
    public const string Permanent = "x-sidecar-peer-permanent";

    private readonly byte[] _token = Encoding.ASCII.GetBytes(token);

    /// <summary>Answers a call.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var given = context.Request.Headers[Token];
        if (given.Count != 1 || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given[0] ?? ""), _token))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        // The calling sidecar has cleaned the path: done again it would be another one.
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        using var body = await RequestBody.TakeAsync(context, repeatable: false);
        using var request = Invoker.CreateRequest(context.Request, target, body);
        request.Headers.Remove(Token);
        var trace = Tracing.Incoming(context.Request.Headers.TraceParent, context.Request.Headers.TraceState);
        var result = await callee.InvokeAsync(request, RequestPath.Split(target).Path, trace, context.RequestAborted);
        using var response = result.Response;
        await (response is null ? RefuseAsync(context.Response, result) : WriteAsync(context, response));
    }

    private Task RefuseAsync(HttpResponse to, InvocationResult result)
    {
        to.StatusCode = result.Status;
        to.Headers[Callee] = callee.AppId;
        to.Headers[Error] = Uri.EscapeDataString(result.Error ?? "");
        if (result.IsPermanent)
        {
            to.Headers[Permanent] = "1";
        }

        return Task.CompletedTask;
    }

    private async Task WriteAsync(HttpContext context, HttpResponseMessage from)
    {
        var to = context.Response;
        to.StatusCode = (int)from.StatusCode;
        ForwardedHeaders.CopyToCaller(from, to);
        to.Headers[Callee] = callee.AppId;
        to.Headers.Remove(Error);
        if (to.StatusCode is 204 or 205 or 304)
        {
            to.ContentLength = null;
            return;
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        // A stream may be silent for long: its headers leave at once.
        await to.StartAsync(context.RequestAborted);
        await to.Body.FlushAsync(context.RequestAborted);
        await using var body = await from.Content.ReadAsStreamAsync(context.RequestAborted);
        await body.CopyToAsync(to.Body, context.RequestAborted);
    }
}
