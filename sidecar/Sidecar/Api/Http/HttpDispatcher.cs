using System.Collections.Frozen;
using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Sidecar.Middleware;
using Sidecar.Security;
using Sidecar.Telemetry;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.Api.Http;

/// <summary>
/// The HTTP API of one sidecar: trace, body limit, origin, token, then the building block by the first two segments of the path. What no block
/// serves goes to the fallback, which is an invocation when the request names an app id in a header.
/// </summary>
internal sealed partial class HttpDispatcher
{
    private const string InvokePrefix = "v1.0/invoke";
    private const string HealthPath = "/v1.0/healthz";
    private readonly FrozenDictionary<string, IHttpApi>.AlternateLookup<ReadOnlySpan<char>> _apis;
    private readonly ApiToken _token;
    private readonly CrossOrigin _crossOrigin;
    private readonly ApiAccess _access;
    private readonly bool _allowsInvocation;
    private readonly Tracing _tracing;
    private readonly SidecarMetrics _metrics;
    private readonly ErrorCodeMetrics _errorCodes;
    private readonly bool _isLogged;
    private readonly long _maxBodySize;
    private readonly IHttpApi _invocation;
    private readonly IHttpApi _health;
    private readonly ILogger _logger;
    private readonly HttpPipeline? _pipeline;

    /// <param name="apis">The APIs, that of health among them.</param>
    /// <param name="invocation">Serves <c>v1.0/invoke</c> and, with an empty prefix, everything else.</param>
    public HttpDispatcher(IReadOnlyList<IHttpApi> apis, IHttpApi invocation, ApiAccess access, RuntimeServices services, SidecarOptions options, HttpPipeline? pipeline = null)
    {
        _apis = apis.SelectMany(api => api.Prefixes.Select(prefix => KeyValuePair.Create(prefix, api)))
            .ToFrozenDictionary(StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();
        _invocation = invocation;
        _health = apis.First(api => api.Prefixes.Contains(HealthPath[1..]));
        _pipeline = pipeline;
        _token = new ApiToken(options.ApiToken);
        _crossOrigin = new CrossOrigin(options.AllowedOrigins);
        _access = access;
        _allowsInvocation = access.Allows(InvokePrefix);
        _tracing = services.Tracing;
        _metrics = services.Metrics;
        _errorCodes = services.ErrorCodeMetrics;
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

        var began = Stopwatch.GetTimestamp();
        var (path, _) = RequestPath.Split(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        if (HttpMethods.IsGet(context.Request.Method) && path.Contains("/healthz", StringComparison.Ordinal) && FindHealth(path) is { } rest)
        {
            return CountAsync(_health.HandleAsync(context, rest), context, path, began);
        }

        return HandleAsync(context, path, began);
    }

    private async Task CountAsync(Task answer, HttpContext context, string path, long began)
    {
        await answer;
        Count(context, path, began);
    }

    private void Count(HttpContext context, string path, long began)
    {
        if (_metrics.IsEnabled)
        {
            if (_errorCodes.IsEnabled && context.Features.Get<ApiError>() is { } error)
            {
                _errorCodes.Answered(error.Reason);
            }

            // Middleware may have changed the target.
            var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            _metrics.ServerRequest(context.Request.Method, _pipeline is null ? path : RequestPath.Split(target).Path, context.Response.StatusCode, context.Request.ContentLength ?? 0, context.Response.ContentLength ?? 0, began);
        }
    }

    // The one API that needs no token. It is called here and nowhere else, so that no other form of a path gets round the token with it.
    private static string? FindHealth(string path)
    {
        var clean = RequestPath.Clean(path);
        return path.AsSpan().TrimStart('/').StartsWith(InvokePrefix, StringComparison.Ordinal) || !clean.StartsWith(HealthPath, StringComparison.Ordinal) ? null
            : clean.Length == HealthPath.Length ? ""
            : clean[HealthPath.Length] == '/' ? clean[(HealthPath.Length + 1)..]
            : null;
    }

    private Task HandleAsync(HttpContext context, string path, long began)
    {
        if (_tracing.TakesBaggage && context.Request.Headers[Baggage.Header] is { Count: > 0 } baggage)
        {
            var value = string.Join(',', baggage.AsEnumerable());
            if (Baggage.Problem(HeaderText.Read(value)) is { } problem)
            {
                return CountAsync(PlainText.WriteAsync(context, StatusCodes.Status400BadRequest, $"invalid baggage header: {problem}"), context, path, began);
            }

            if (Baggage.CanComeBack(value))
            {
                context.Response.Headers[Baggage.Header] = value;
            }
        }

        return HandleTracedAsync(context, path, _tracing.Begin(context, path), began);
    }

    private async Task HandleTracedAsync(HttpContext context, string path, RequestTrace trace, long began)
    {
        WriteTrace(context, trace);
        try
        {
            LimitedBody.Apply(context, _maxBodySize);
            if (_crossOrigin.Answer(context))
            {
                return;
            }

            if (!_token.Accepts(context.Request, Encoding.Latin1))
            {
                await ApiToken.RefuseAsync(context);
                return;
            }

            await (_pipeline is null ? DispatchAsync(context, path) : _pipeline.InvokeAsync(context, RouteAsync));
        }
        catch (BodyTooLargeException exception) when (!context.Response.HasStarted)
        {
            await new ApiError(StatusCodes.Status400BadRequest, "ERR_MALFORMED_REQUEST", $"failed reading the request body: {exception.Message}").WriteAsync(context);
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            // The client broke off, or its body is no HTTP.
            await new ApiError(exception.StatusCode, "ERR_MALFORMED_REQUEST", $"failed reading the request body: {exception.Message}").WriteAsync(context);
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
            Count(context, path, began);
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

    private Task RouteAsync(HttpContext context) => DispatchAsync(context, RequestPath.Split(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget).Path);

    private Task DispatchAsync(HttpContext context, string path)
    {
        if (!RequestPath.HasValidEscapes(path))
        {
            return RequestMetadata.WriteBadPathAsync(context);
        }

        var clean = RequestPath.Clean(path).AsSpan(1);
        var end = EndOfPrefix(clean);
        var isInvocation = path.AsSpan().TrimStart('/').StartsWith(InvokePrefix + "/", StringComparison.Ordinal);
        if (!isInvocation && _apis.TryGetValue(clean[..end], out var api) && _access.Allows(clean[..end]))
        {
            // The trailing slash that cleaning took away is part of what a route sees.
            var rest = clean.Length > end ? clean[(end + 1)..].ToString() : "";
            return api.HandleAsync(context, path.EndsWith('/') && path.Length > 1 ? rest + "/" : rest);
        }

        // Everything else may be an invocation, named by the path or by a header: one decision for all its forms.
        return _allowsInvocation ? _invocation.HandleAsync(context, path) : PlainText.WriteNotFoundAsync(context);
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
    [LoggerMessage(3021, LogLevel.Information, "HTTP API Called")]
    private partial void LogCall();

    [LoggerMessage(3022, LogLevel.Error, "{Method} {Path} failed")]
    private partial void LogFault(string method, string path, Exception exception);
}
