using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sidecar.Components;
using Sidecar.NameResolution;
using Sidecar.Telemetry;

namespace Sidecar.Invocation;

/// <summary>
/// The calling side of an invocation. One attempt makes one request and hands it to its own app, to another sidecar of the run, or to an
/// HTTP endpoint.
/// </summary>
internal sealed partial class Invoker(RuntimeServices services, Callee self, AppRegistry apps) : IDisposable
{
    private const string DefaultNamespace = "default";
    private readonly ILogger _logger = services.Loggers.CreateLogger<Invoker>();
    private readonly HttpMessageInvoker _endpoints = AppHttp.CreateClient();
    private readonly Dictionary<string, HttpEndpointSpec> _endpointsByName = services.Resources.HttpEndpoints.ToDictionary(endpoint => endpoint.Name, StringComparer.Ordinal);
    private readonly string _hostName = Dns.GetHostName();
    private readonly string _forwarded = $"for={services.Options.ListenAddress};by={services.Options.ListenAddress};host={Dns.GetHostName()}";

    private string Namespace => services.Namespace.Length > 0 ? services.Namespace : DefaultNamespace;

    /// <summary>Whether a target is an HTTP endpoint rather than an app.</summary>
    public bool IsEndpoint(string target) => IsUrl(target) || _endpointsByName.ContainsKey(target);

    /// <summary>Makes one attempt; <paramref name="attempt"/> counts from 1.</summary>
    public async Task<InvocationResult> AttemptAsync(HttpContext context, string target, string method, string query, RequestBody body, int attempt, CancellationToken cancellationToken)
    {
        var trace = services.Tracing.Of(context);
        using var request = CreateRequest(context.Request, body);
        return await AttemptAsync(request, trace, target, method, query, attempt, cancellationToken);
    }

    /// <summary>Makes one attempt with a request that has no address yet; <paramref name="attempt"/> counts from 1.</summary>
    public async Task<InvocationResult> AttemptAsync(HttpRequestMessage request, TraceContext trace, string target, string method, string query, int attempt, CancellationToken cancellationToken)
    {
        if (IsEndpoint(target))
        {
            var began = Stopwatch.GetTimestamp();
            services.ServiceMetrics.RequestSent(target);
            var answer = await CallEndpointAsync(request, target, method + query, trace, cancellationToken);
            CountResponse(target, answer, began);
            return answer;
        }

        var parts = target.Split('.');
        if (parts.Length > 2)
        {
            return new InvocationResult(null, $"invalid app id {target}") { IsPermanent = true };
        }

        request.RequestUri = new Uri(method + query, UriKind.Relative);
        if (parts[0] == services.AppId && (parts.Length == 1 || parts[1] == Namespace))
        {
            return await self.CallAppAsync(request, trace, "", cancellationToken);
        }

        if (apps.Find(parts[0]) is not { } callee)
        {
            LogUnknownApp(parts[0], string.Join(", ", apps.AppIds));
            return new InvocationResult(null, services.UnknownApps.Describe(parts[0]));
        }

        AddCallerHeaders(request, parts[0], attempt);
        return await CallOtherAsync(callee, request, parts[0], method, trace, cancellationToken);
    }

    private async Task<InvocationResult> CallOtherAsync(ICallee callee, HttpRequestMessage request, string target, string method, TraceContext trace, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        services.ServiceMetrics.RequestSent(target);
        var result = await callee.InvokeAsync(request, method, trace, cancellationToken);
        CountResponse(target, result, began);
        return result;
    }

    private void CountResponse(string target, InvocationResult result, long began)
    {
        if (result.Response is { } response)
        {
            services.ServiceMetrics.ResponseReceived(target, (int)response.StatusCode, began);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _endpoints.Dispose();

    private static bool IsUrl(string target) => target.StartsWith("http://", StringComparison.Ordinal) || target.StartsWith("https://", StringComparison.Ordinal);

    private static HttpRequestMessage CreateRequest(HttpRequest from, RequestBody body)
    {
        var request = new HttpRequestMessage(Verb(from.Method), (Uri?)null) { Content = body.ToContent() };
        ForwardedHeaders.CopyToApp(from.Headers, request);
        if (from.Headers.Connection.Count > 0)
        {
            request.Options.Set(OnInvokeHandler.Connection, from.Headers.Connection.ToString());
        }

        return request;
    }

    private static HttpMethod Verb(string method) => method switch
    {
        "GET" => HttpMethod.Get,
        "POST" => HttpMethod.Post,
        "PUT" => HttpMethod.Put,
        "DELETE" => HttpMethod.Delete,
        "PATCH" => HttpMethod.Patch,
        "HEAD" => HttpMethod.Head,
        "OPTIONS" => HttpMethod.Options,
        "TRACE" => HttpMethod.Trace,

        // daprd's internal protocol has no other verbs and takes them for this one.
        _ => HttpMethod.Post,
    };

    // As in daprd what the client sent under these names stays, behind the true value; each repetition adds the forwarding headers again.
    private void AddCallerHeaders(HttpRequestMessage request, string callee, int attempt)
    {
        Prepend("dapr-caller-app-id", services.AppId);
        Prepend("dapr-caller-namespace", Namespace);
        Prepend("dapr-callee-app-id", callee);
        for (var i = 0; i < attempt; i++)
        {
            request.Headers.TryAddWithoutValidation("forwarded", _forwarded);
            request.Headers.TryAddWithoutValidation("x-forwarded-for", services.Options.ListenAddress);
            request.Headers.TryAddWithoutValidation("x-forwarded-host", _hostName);
        }

        void Prepend(string name, string value)
        {
            if (!request.Headers.NonValidated.TryGetValues(name, out var sent))
            {
                request.Headers.TryAddWithoutValidation(name, value);
                return;
            }

            string[] all = [value, .. sent];
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, all);
        }
    }

    private async Task<InvocationResult> CallEndpointAsync(HttpRequestMessage request, string target, string pathAndQuery, TraceContext trace, CancellationToken cancellationToken)
    {
        var baseUrl = target;
        if (_endpointsByName.TryGetValue(target, out var endpoint))
        {
            baseUrl = endpoint.BaseUrl.OriginalString;
            foreach (var (name, value) in endpoint.Headers)
            {
                request.Headers.Remove(name);
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (!AppHttp.TryVerbatim(baseUrl.TrimEnd('/') + pathAndQuery, out var address))
        {
            return new InvocationResult(null, $"parse \"{baseUrl}\": invalid URL") { IsPermanent = true };
        }

        request.RequestUri = address;
        ForwardedHeaders.SetTrace(request, services.Tracing.Header(trace), trace.TraceState);
        try
        {
            return new InvocationResult(await _endpoints.SendAsync(request, cancellationToken));
        }
        catch (HttpRequestException exception)
        {
            return new InvocationResult(null, TransportError.Describe(request, exception));
        }
    }

    [LoggerMessage(3031, LogLevel.Warning, "App {Target} was called, but the run has no such app; it has: {Known}")]
    private partial void LogUnknownApp(string target, string known);
}
