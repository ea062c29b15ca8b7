using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sidecar.Api.Http;
using Sidecar.Resiliency;
using Sidecar.Telemetry;

namespace Sidecar.Invocation;

/// <summary>Service invocation over HTTP: every verb, by URL or by header, under the target's policies.</summary>
internal sealed class InvocationApi(RuntimeServices services, Invoker invoker) : IHttpApi
{
    /// <inheritdoc />
    public IReadOnlyList<string> Prefixes { get; } = [];

    /// <summary>Answers a request; here <paramref name="rest"/> is the whole undecoded path.</summary>
    public Task HandleAsync(HttpContext context, string rest)
    {
        if (InvocationTarget.Find(rest, context.Request.Headers) is not { } target)
        {
            return ApiError.NoRoute.WriteAsync(context);
        }

        if (RequestPath.ToMethodPath(target.Method, out var problem) is not { } method)
        {
            return InvalidMethod(target.Id, problem!).WriteAsync(context);
        }

        var trace = context.Features.Get<RequestTrace>();
        Describe(trace?.Span, target.Id, method);
        var policy = services.Resiliency.ForApp(target.Id, invoker.BreakerKey(target.Id, method));
        return InvokeAsync(context, trace?.Context ?? TraceContext.None, target.Id, method, policy);
    }

    private static void Describe(Span? span, string target, string method)
    {
        if (span is not null)
        {
            span.DisplayName = $"calllocal/{target}{method}";
            span.SetTag("net.peer.name", target);
            span.SetTag("rpc.service", "ServiceInvocation");
        }
    }

    private async Task InvokeAsync(HttpContext context, TraceContext trace, string target, string method, IPolicy policy)
    {
        var path = method + RequestPath.Split(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget).Query;

        // A body of unknown length is a stream: it is never kept, so the call cannot be repeated.
        var streaming = context.Request.ContentLength is null && (context.Request.Headers.TransferEncoding.Count > 0 || IsHttp2Stream(context));
        InvocationResult? last = null;
        try
        {
            using var body = await RequestBody.TakeAsync(context, policy.Retries && !streaming);
            var attempts = 0;
            var result = await policy.ExecuteAsync(
                async token =>
                {
                    last?.Response?.Dispose();
                    last = null;
                    using var request = Invoker.CreateRequest(context.Request, path, body);
                    try
                    {
                        last = await invoker.AttemptAsync(request, trace, target, method, ++attempts, token);
                        return last = await FinishAsync(context, last, policy.Repeats(last.Outcome, attempts) && !streaming, streaming, token);
                    }
                    catch (Exception exception) when (streaming && policy.Retries)
                    {
                        // Sent again it would be the rest of the body, and look whole.
                        throw new NotRepeatableException(exception);
                    }
                },
                outcome => outcome.Outcome with { Permanent = outcome.IsPermanent || outcome.IsAnswered || streaming },
                context.RequestAborted);
            if (!result.IsAnswered)
            {
                await (result.Response is { } response
                    ? ForwardedResponse.WriteAsync(context, response, isBuffered: !streaming, context.RequestAborted)
                    : WriteErrorAsync(context, target, result.Error!, result.Status));
            }
        }
        catch (Exception exception) when (!context.Response.HasStarted && exception is CircuitOpenException or TimeoutException or BodyTooLargeException or HttpRequestException or HttpIOException)
        {
            await WriteErrorAsync(context, target, exception.Message, StatusCodes.Status500InternalServerError);
        }
        finally
        {
            last?.Response?.Dispose();
        }
    }

    private static bool IsHttp2Stream(HttpContext context) =>
        HttpProtocol.IsHttp2(context.Request.Protocol) && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true };

    // What will be repeated must not have begun to reach the caller. Its body belongs to the attempt, which may be the last all the same.
    private async ValueTask<InvocationResult> FinishAsync(HttpContext context, InvocationResult result, bool isRepeated, bool streaming, CancellationToken cancellationToken)
    {
        if (result.Response is null)
        {
            return result;
        }

        if (!result.Outcome.Failed || !isRepeated)
        {
            return await AnswerAsync(context, result, streaming, cancellationToken);
        }

        await KeepAsync(result.Response, cancellationToken);
        return result;
    }

    // A body too large to be kept is the app's to send again: no caller misses it, and the connection is free for the next attempt.
    private async Task KeepAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(services.Options.MaxKeptBody, cancellationToken);
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            response.Content.Dispose();
            response.Content = null;
        }
    }

    // The body belongs to the attempt: the policy's timeout holds for all of it.
    private static async ValueTask<InvocationResult> AnswerAsync(HttpContext context, InvocationResult result, bool streaming, CancellationToken cancellationToken)
    {
        try
        {
            await ForwardedResponse.WriteAsync(context, result.Response!, isBuffered: !streaming, cancellationToken);
            return result with { IsAnswered = true };
        }
        catch (Exception exception) when (context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException or HttpRequestException)
        {
            // Half an answer cannot be taken back; the caller must see that it is not whole.
            context.Abort();
            return result with { IsAnswered = true, IsCut = true };
        }
        catch (Exception exception) when (!context.Response.HasStarted && result.Outcome.Failed && exception is HttpIOException or HttpRequestException)
        {
            // A failure that the policy does not repeat stays one without its body.
            result.Response!.Dispose();
            return new InvocationResult(null, exception.Message) { IsPermanent = true };
        }
    }

    /// <summary>The answer to a method with a character that daprd forbids.</summary>
    public static ApiError InvalidMethod(string target, string problem) => Error(target, $"rpc error: code = InvalidArgument desc = invalid method: {problem}");

    private static Task WriteErrorAsync(HttpContext context, string target, string error, int status) => Error(target, error, status).WriteAsync(context);

    private static ApiError Error(string target, string error, int status = 500) => new(status, "ERR_DIRECT_INVOKE", $"failed to invoke, id: {target}, err: {error}");
}
