using System.Buffers;
using System.Globalization;
using ServiceDefaults;

namespace Gateway;

/// <summary>
/// Sends a routed request on and streams the answer back. The deadline begins when the request is there and covers the answer's
/// body too, except for event streams.
/// </summary>
internal sealed class ForwardingMiddleware(RequestDelegate next, Forwarder forwarder, ForwardingOptions options, TimeProvider clock)
{
    private const int BufferSize = 16 * 1024;

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<RoutedRequest>() is not { } routed)
        {
            await next(context);
            return;
        }

        if (context.Request.ContentLength > ServiceDefaultsExtensions.MaxBody)
        {
            await Problems.Of(Codes.PayloadTooLarge, "A request may have 1 MiB at most.").ExecuteAsync(context);
            await context.Response.CompleteAsync();
            await OversizedBody.DiscardAsync(context.Request, clock, context.RequestAborted);
            return;
        }

        var body = await RequestBody.ReadAsync(context.Request, options.Upload, clock, context.RequestAborted);
        if (body is null)
        {
            await Problems.Of(Codes.ValidationFailed, "The request's body did not arrive in time.").ExecuteAsync(context);
            return;
        }

        using var deadline = new CancellationTokenSource(DeadlineOf(context, routed.Route), clock);
        var attempt = await forwarder.SendAsync(context, routed, body, deadline.Token);
        if (attempt.Response is not { } response)
        {
            await ProblemOf(attempt).ExecuteAsync(context);
            return;
        }

        using (response)
        {
            await AnswerAsync(context, response, deadline.Token);
        }
    }

    private TimeSpan DeadlineOf(HttpContext context, Route route)
    {
        if (route.IsStream)
        {
            return Timeout.InfiniteTimeSpan;
        }

        var deadline = context.Request.Headers.ContainsKey(IdempotencyKey.Header) ? options.Deadline + ForwardingOptions.KeyedMargin : options.Deadline;
        return route.MayWait ? deadline + TimeSpan.FromSeconds(PreferredWait(context.Request)) : deadline;
    }

    private static int PreferredWait(HttpRequest request)
    {
        foreach (var preference in request.Headers["Prefer"].SelectMany(value => (value ?? "").Split([',', ';'], StringSplitOptions.TrimEntries)))
        {
            if (preference.StartsWith("wait=", StringComparison.OrdinalIgnoreCase) && int.TryParse(preference.AsSpan(5).Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            {
                return Math.Min(seconds, ForwardingOptions.MaxWait);
            }
        }

        return 0;
    }

    private static ProblemResult ProblemOf(Attempt attempt) => attempt.Outcome == AttemptOutcome.TimedOut
        ? Problems.Of(Codes.UpstreamTimeout)
        : Problems.Of(Codes.ServiceUnavailable, retryAfter: attempt.Wait > TimeSpan.Zero ? attempt.Wait : TimeSpan.FromSeconds(1));

    private static async Task AnswerAsync(HttpContext context, HttpResponseMessage response, CancellationToken deadline)
    {
        context.Response.StatusCode = (int)response.StatusCode;
        ForwardedHeaders.CopyOut(response, context.Response);
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline, context.RequestAborted);
        try
        {
            await CopyAsync(response, context.Response, either.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or HttpRequestException or IOException)
        {
            // Part of the answer is on its way: only a broken connection tells the client that it is not whole.
            context.Abort();
        }
    }

    private static async Task CopyAsync(HttpResponseMessage response, HttpResponse target, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            await using var source = await response.Content.ReadAsStreamAsync(ct);
            int read;
            while ((read = await source.ReadAsync(buffer, ct)) > 0)
            {
                await target.Body.WriteAsync(buffer.AsMemory(0, read), ct);
                // Events must not wait in a buffer for the next ones.
                await target.Body.FlushAsync(ct);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
