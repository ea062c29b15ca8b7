using System.Collections.Frozen;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Sidecar.Middleware;
using Sidecar.Security;
using Sidecar.Telemetry;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.Api.Http;

/// <summary>
/// The HTTP API of one sidecar: token, trace, body limit, then the building block by the first two segments of the path. What no block
/// serves goes to the fallback, which is an invocation when the request names an app id in a header.
/// </summary>
internal sealed partial class HttpDispatcher
{
    private const string InvokePrefix = "v1.0/invoke";
    private readonly FrozenDictionary<string, IHttpApi>.AlternateLookup<ReadOnlySpan<char>> _apis;
    private readonly ApiToken _token;
    private readonly ApiAccess _access;
    private readonly Tracing _tracing;
    private readonly SidecarMetrics _metrics;
    private readonly bool _isLogged;
    private readonly long _maxBodySize;
    private readonly IHttpApi _invocation;
    private readonly ILogger _logger;
    private readonly HttpPipeline? _pipeline;

    /// <param name="invocation">Serves <c>v1.0/invoke</c> and, with an empty prefix, everything else.</param>
    public HttpDispatcher(IEnumerable<IHttpApi> apis, IHttpApi invocation, ApiAccess access, RuntimeServices services, SidecarOptions options, HttpPipeline? pipeline = null)
    {
        _apis = apis.SelectMany(api => api.Prefixes.Select(prefix => KeyValuePair.Create(prefix, api)))
            .ToFrozenDictionary(StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();
        _invocation = invocation;
        _pipeline = pipeline;
        _token = new ApiToken(options.ApiToken);
        _access = access;
        _tracing = services.Tracing;
        _metrics = services.Metrics;
        _isLogged = services.Resources.Configuration.ApiLogging ?? options.ApiLogging;
        _maxBodySize = options.MaxBodySize;
        _logger = options.Loggers.CreateLogger<HttpDispatcher>();
    }

    /// <summary>Answers a request.</summary>
    public Task HandleAsync(HttpContext context)
    {
        if (_isLogged)
        {
            LogCall();
        }

        return _metrics.IsEnabled ? HandleCountedAsync(context) : HandleUncountedAsync(context);
    }

    private async Task HandleCountedAsync(HttpContext context)
    {
        var began = Stopwatch.GetTimestamp();
        await HandleUncountedAsync(context);
        var (path, _) = RequestPath.Split(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        _metrics.ServerRequest(context.Request.Method, path, context.Response.StatusCode, context.Request.ContentLength ?? 0, context.Response.ContentLength ?? 0, began);
    }

    private Task HandleUncountedAsync(HttpContext context)
    {
        var (path, _) = RequestPath.Split(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        if (path.Contains("/healthz", StringComparison.Ordinal) && RequestPath.Clean(path).StartsWith("/v1.0/healthz", StringComparison.Ordinal))
        {
            return DispatchAsync(context, path);
        }

        return _token.Accepts(context.Request) ? HandleTracedAsync(context, path) : ApiToken.RefuseAsync(context);
    }

    private async Task HandleTracedAsync(HttpContext context, string path)
    {
        var trace = _tracing.Begin(context, path);
        WriteTrace(context, trace);
        try
        {
            LimitedBody.Apply(context, _maxBodySize);
            await (_pipeline is null ? DispatchAsync(context, path) : _pipeline.InvokeAsync(context, RouteAsync));
        }
        catch (BodyTooLargeException exception) when (!context.Response.HasStarted)
        {
            await new ApiError(StatusCodes.Status400BadRequest, "ERR_MALFORMED_REQUEST", $"failed reading the request body: {exception.Message}").WriteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            trace.Span?.SetStatus(ActivityStatusCode.Error, "the caller went away");
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            LogFault(context.Request.Method, path, exception);
            await new ApiError(StatusCodes.Status500InternalServerError, "ERR_INTERNAL", "the sidecar failed to handle the request; its log says why").WriteAsync(context);
        }
        finally
        {
            SpanTags.Finish(trace.Span, context, path);
        }
    }

    private void WriteTrace(HttpContext context, RequestTrace trace)
    {
        if (_tracing.Answer(trace) is not { } answer)
        {
            return;
        }

        context.Response.Headers.TraceParent = answer.TraceParent;
        if (answer.TraceState.Length > 0)
        {
            context.Response.Headers.TraceState = answer.TraceState;
        }
    }

    // Middleware may have changed the target.
    private Task RouteAsync(HttpContext context) => DispatchAsync(context, RequestPath.Split(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget).Path);

    private Task DispatchAsync(HttpContext context, string path)
    {
        var trimmed = path.AsSpan().TrimStart('/');
        if (trimmed.StartsWith(InvokePrefix + "/", StringComparison.Ordinal) && _access.Allows(InvokePrefix))
        {
            return _invocation.HandleAsync(context, path);
        }

        var clean = RequestPath.Clean(path).AsSpan(1);
        var end = EndOfPrefix(clean);
        if (_apis.TryGetValue(clean[..end], out var api) && _access.Allows(clean[..end]))
        {
            // The trailing slash that cleaning took away is part of what a route sees.
            var rest = clean.Length > end ? clean[(end + 1)..].ToString() : "";
            return api.HandleAsync(context, path.EndsWith('/') && path.Length > 1 ? rest + "/" : rest);
        }

        return _invocation.HandleAsync(context, path);
    }

    private static int EndOfPrefix(ReadOnlySpan<char> path)
    {
        var first = path.IndexOf('/');
        if (first < 0)
        {
            return path.Length;
        }

        var second = path[(first + 1)..].IndexOf('/');
        return second < 0 ? path.Length : first + 1 + second;
    }

    // daprd's line; what was called is in the fields of its span. A path can hold keys and ids of people, so it is not said here.
    [LoggerMessage(Level = LogLevel.Information, Message = "HTTP API Called")]
    private partial void LogCall();

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private partial void LogFault(string method, string path, Exception exception);
}
