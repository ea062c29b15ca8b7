using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sidecar.Api.Http;
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

    /// <summary>What shares a circuit breaker of a target called over HTTP: the calls of a method, but as in daprd all calls of an HTTPEndpoint.</summary>
    public string BreakerKey(string target, string method) => _endpointsByName.ContainsKey(target) ? "" : method;

    /// <summary>Makes one attempt with a request for the target; <paramref name="attempt"/> counts from 1.</summary>
    public Task<InvocationResult> AttemptAsync(AppRequest request, TraceContext trace, string target, string method, int attempt, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        if (IsEndpoint(target))
        {
            services.ServiceMetrics.RequestSent(target);
            return CountAsync(target, CallEndpointAsync(request, target, trace, cancellationToken), began);
        }

        var (id, ns) = target.IndexOf('.', StringComparison.Ordinal) is >= 0 and var dot ? (target[..dot], target[(dot + 1)..]) : (target, Namespace);
        if (ns.Contains('.', StringComparison.Ordinal))
        {
            return Task.FromResult(new InvocationResult(null, $"invalid app id {target}") { IsPermanent = true });
        }

        if (id == services.AppId && ns == Namespace)
        {
            return self.CallAppAsync(request, trace, "", cancellationToken);
        }

        if (apps.Find(id) is not { } callee)
        {
            LogUnknownApp(id, string.Join(", ", apps.AppIds));
            return Task.FromResult(new InvocationResult(null, services.UnknownApps.Describe(id)));
        }

        AddCallerHeaders(request, callee.AppId, attempt);
        services.ServiceMetrics.RequestSent(callee.AppId);
        return CountAsync(callee.AppId, callee.InvokeAsync(request, method, trace, cancellationToken), began);
    }

    /// <summary>The request of a caller over HTTP, for one attempt.</summary>
    public static AppRequest CreateRequest(HttpRequest from, string path, RequestBody body)
    {
        var request = new AppRequest(Verb(from.Method), path)
        {
            Content = body.ToContent(),
            Connection = from.Headers.Connection.Count > 0 ? from.Headers.Connection.ToString() : null,
        };
        ForwardedHeaders.CopyToApp(from.Headers, request);
        return request;
    }

    private async Task<InvocationResult> CountAsync(string target, Task<InvocationResult> call, long began)
    {
        var result = await call;
        if (result.Response is { } response)
        {
            services.ServiceMetrics.ResponseReceived(target, (int)response.StatusCode, began);
        }

        return result;
    }

    /// <inheritdoc />
    public void Dispose() => _endpoints.Dispose();

    private static bool IsUrl(string target) => target.StartsWith("http://", StringComparison.Ordinal) || target.StartsWith("https://", StringComparison.Ordinal);

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
        "CONNECT" => HttpMethod.Connect,

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

    private async Task<InvocationResult> CallEndpointAsync(AppRequest request, string target, TraceContext trace, CancellationToken cancellationToken)
    {
        if (request.Problem is { } problem)
        {
            return new InvocationResult(null, problem) { IsPermanent = true };
        }

        var baseUrl = target;
        if (_endpointsByName.TryGetValue(target, out var endpoint))
        {
            baseUrl = endpoint.BaseUrl.OriginalString;
            if (AddHeaders(request, endpoint) is { } wrong)
            {
                return new InvocationResult(null, FieldValue.Problem(wrong)) { IsPermanent = true };
            }
        }

        if (!AppHttp.TryVerbatim(baseUrl.TrimEnd('/') + request.Path, out var address))
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

    // Returns the name of a header whose value, of a secret perhaps, can be none.
    private static string? AddHeaders(AppRequest request, HttpEndpointSpec endpoint)
    {
        foreach (var (name, value) in endpoint.Headers)
        {
            if (!FieldValue.IsValid(value))
            {
                return name;
            }

            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, HeaderText.Write(value));
        }

        return null;
    }

    [LoggerMessage(3031, LogLevel.Warning, "App {Target} was called, but the run has no such app; it has: {Known}")]
    private partial void LogUnknownApp(string target, string known);
}
