namespace Gateway;

/// <summary>
/// Reaches a service through the sidecar: breaker, deadline, and repeats of idempotent requests that met no service. Every
/// permit of the breaker is reported once.
/// </summary>
internal sealed partial class Forwarder(SidecarChannel sidecar, CircuitBreakers breakers, ForwardingOptions options, TimeProvider clock, ILogger<Forwarder> logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    private static bool IsIdempotent(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsPut(method) || HttpMethods.IsDelete(method);

    /// <param name="deadline">Cancelled when the request's time is up.</param>
    public async Task<Attempt> SendAsync(HttpContext context, RoutedRequest routed, RequestBody body, CancellationToken deadline)
    {
        var retries = IsIdempotent(context.Request.Method) ? options.Retries : 0;
        for (var attempt = 0; ; attempt++)
        {
            var result = await OnceAsync(context, routed, body, deadline);
            if (result.Outcome != AttemptOutcome.Unreachable || attempt >= retries || deadline.IsCancellationRequested)
            {
                return result;
            }

            Log.Retrying(logger, routed.Route.AppId, attempt + 1);
            await Task.Delay(FirstPause * Math.Pow(2, attempt), clock, context.RequestAborted);
        }
    }

    private async Task<Attempt> OnceAsync(HttpContext context, RoutedRequest routed, RequestBody body, CancellationToken deadline)
    {
        var app = routed.Route.AppId;
        var breaker = breakers.For(app);
        var (permit, wait) = breaker.TryEnter();
        if (permit is not { } entered)
        {
            return new Attempt(AttemptOutcome.Refused, Wait: wait);
        }

        var settled = false;
        try
        {
            var attempt = await TryAsync(context, routed, body, deadline);
            settled = true;
            Report(app, breaker, entered, attempt);
            return attempt;
        }
        finally
        {
            if (!settled)
            {
                // The client's departure says nothing about the service.
                breaker.Abandoned(entered);
            }
        }
    }

    private async Task<Attempt> TryAsync(HttpContext context, RoutedRequest routed, RequestBody body, CancellationToken deadline)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline, context.RequestAborted);
        var request = Request(context, body);
        try
        {
            var response = await sidecar.SendAsync(routed.Route.AppId, routed.Path + context.Request.QueryString.Value, request, either.Token);
            return await SidecarError.IsAsync(response, either.Token) ? Unreachable(response) : new Attempt(AttemptOutcome.Answered, response);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            return new Attempt(AttemptOutcome.TimedOut);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException && !context.RequestAborted.IsCancellationRequested)
        {
            return deadline.IsCancellationRequested ? new Attempt(AttemptOutcome.TimedOut) : new Attempt(AttemptOutcome.Unreachable);
        }
    }

    private void Report(string app, CircuitBreaker breaker, int permit, Attempt attempt)
    {
        if (attempt is { Outcome: AttemptOutcome.Answered, Response: { } response } && (int)response.StatusCode < StatusCodes.Status500InternalServerError)
        {
            breaker.Succeeded(permit);
            return;
        }

        breakers.CountFailure(app);
        if (breaker.Failed(permit))
        {
            Log.Opened(logger, app);
        }
    }

    private static HttpRequestMessage Request(HttpContext context, RequestBody body)
    {
        // A service need not know HEAD: it is asked for the whole, and the client gets the head.
        var method = HttpMethods.IsHead(context.Request.Method) ? HttpMethod.Get : HttpMethod.Parse(context.Request.Method);
        var request = new HttpRequestMessage(method, (Uri?)null) { Content = body.Content() };
        ForwardedHeaders.CopyIn(context, request);
        return request;
    }

    private static Attempt Unreachable(HttpResponseMessage response)
    {
        response.Dispose();
        return new Attempt(AttemptOutcome.Unreachable);
    }

    private static partial class Log
    {
        [LoggerMessage(200, LogLevel.Information, "{App} was not reached at attempt {Attempt}; trying again")]
        public static partial void Retrying(ILogger logger, string app, int attempt);

        [LoggerMessage(201, LogLevel.Warning, "The breaker of {App} is open")]
        public static partial void Opened(ILogger logger, string app);
    }
}
