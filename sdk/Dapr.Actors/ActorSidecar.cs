using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text.Json;
using Dapr.Actors.Communication;
using Dapr.Common;

namespace Dapr.Actors;

/// <summary>
/// The actors part of the sidecar's HTTP API. Invariant: whatever is not the answer the API documents leaves as an exception; one that the
/// sidecar worded as <see cref="DaprApiException"/>.
/// </summary>
#pragma warning disable CA1001 // The client holds nothing to dispose of: its handler is shared, or the caller's.
internal sealed class ActorSidecar
#pragma warning restore CA1001
{
    private static readonly SocketsHttpHandler SharedHandler = new() { PooledConnectionLifetime = TimeSpan.FromMinutes(5), UseCookies = false, AllowAutoRedirect = false };
    private static readonly ProductInfoHeaderValue UserAgent = DaprHeaders.UserAgent(typeof(ActorSidecar).Assembly);
    private readonly HttpClient http;
    private readonly Uri endpoint;
    private readonly string? token;

    internal ActorSidecar(HttpMessageHandler? handler, string? endpoint, string? token, TimeSpan? timeout)
    {
        http = new HttpClient(handler ?? SharedHandler, disposeHandler: false);
        http.Timeout = timeout ?? http.Timeout;
        this.endpoint = new Uri((string.IsNullOrWhiteSpace(endpoint) ? DaprDefaults.GetDefaultHttpEndpoint() : endpoint).TrimEnd('/') + "/");
        this.token = token;
    }

    /// <summary>Calls a method: a typed one with the header of typed calls, a weak one with JSON.</summary>
    internal async Task<ActorCallAnswer> InvokeAsync(string type, string id, string method, byte[]? body, string? typedHeader, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Put, type, id, "method", method, body, typedHeader is null ? WireNames.JsonContentType : WireNames.TypedContentType);
        if (typedHeader is not null)
        {
            request.Headers.TryAddWithoutValidation(WireNames.RequestHeader, typedHeader);
        }

        if (ReentrancyContext.Current is { } chain)
        {
            request.Headers.TryAddWithoutValidation(WireNames.ReentrancyHeader, chain);
        }

        using var response = await SendAsync(request, cancellationToken);
        return new ActorCallAnswer(await response.Content.ReadAsByteArrayAsync(cancellationToken), Header(response, WireNames.ErrorHeader));
    }

    /// <summary>A key of the state; no bytes when it is not there.</summary>
    internal async Task<ActorStateResponse<ReadOnlyMemory<byte>>> GetStateAsync(string type, string id, string key, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Get, type, id, "state", key);
        using var response = await SendAsync(request, cancellationToken);
        var expires = Header(response, WireNames.TtlHeader) is { Length: > 0 } text ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) : (DateTimeOffset?)null;
        return new ActorStateResponse<ReadOnlyMemory<byte>>(await response.Content.ReadAsByteArrayAsync(cancellationToken), expires);
    }

    /// <summary>Makes all changes of the state, or none.</summary>
    internal Task SaveStateAsync(string type, string id, byte[] operations, CancellationToken cancellationToken) =>
        ExecuteAsync(Request(HttpMethod.Put, type, id, "state", null, operations, "text/plain; charset=utf-8"), cancellationToken);

    internal Task RegisterAsync(string kind, string type, string id, string name, byte[] body) =>
        ExecuteAsync(Request(HttpMethod.Put, type, id, kind, name, body, WireNames.JsonContentType), CancellationToken.None);

    internal Task UnregisterAsync(string kind, string type, string id, string name) =>
        ExecuteAsync(Request(HttpMethod.Delete, type, id, kind, name), CancellationToken.None);

    internal async Task<byte[]> GetReminderAsync(string type, string id, string name)
    {
        using var request = Request(HttpMethod.Get, type, id, "reminders", name);
        using var response = await SendAsync(request, CancellationToken.None);
        return await response.Content.ReadAsByteArrayAsync();
    }

    private async Task ExecuteAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            using var response = await SendAsync(request, cancellationToken);
        }
    }

    private HttpRequestMessage Request(HttpMethod method, string type, string id, string kind, string? name, byte[]? body = null, string? contentType = null)
    {
        var path = $"v1.0/actors/{Uri.EscapeDataString(type)}/{Uri.EscapeDataString(id)}/{kind}{(name is null ? "" : "/" + Uri.EscapeDataString(name))}";
        var request = new HttpRequestMessage(method, new Uri(endpoint, path));
        request.Headers.UserAgent.Add(UserAgent);
        if (!string.IsNullOrWhiteSpace(token))
        {
            request.Headers.TryAddWithoutValidation(DaprHeaders.ApiToken, token);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await http.SendAsync(request, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                ? new AuthenticationException("Invalid client credentials")
                : Failure(response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken));
        }
    }

    private static DaprApiException Failure(HttpStatusCode status, byte[] body)
    {
        var meaningless = $"Server returned error while processing the request, but did not provide a meaningful error response. Response Error Code {status}";
        if (body.Length == 0)
        {
            return status == HttpStatusCode.NotFound
                ? new DaprApiException("The requested resource/content/path does not exist on the server.", "ERR_DOES_NOT_EXIST", isTransient: false)
                : new DaprApiException(meaningless);
        }

        try
        {
            return JsonSerializer.Deserialize<DaprError>(body, JsonSerializerOptions.Web) is { } error
                ? new DaprApiException(error.Message ?? meaningless, error.ErrorCode ?? "UNKNOWN", isTransient: false)
                : new DaprApiException(meaningless);
        }
        catch (JsonException exception)
        {
            return new DaprApiException(meaningless, exception);
        }
    }

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
}

/// <summary>What the sidecar answered to an actor call.</summary>
/// <param name="Body">The actor's answer.</param>
/// <param name="ErrorHeader">Set when a typed call's method threw.</param>
internal sealed record ActorCallAnswer(ReadOnlyMemory<byte> Body, string? ErrorHeader);
