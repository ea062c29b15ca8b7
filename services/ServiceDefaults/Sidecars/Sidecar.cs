using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Dapr.Client;

namespace ServiceDefaults;

internal sealed class Sidecar : ISidecar, IDisposable
{
    private readonly HttpClient _http;
    private readonly TimeProvider _clock;

    public Sidecar(DaprClient dapr, TimeProvider clock)
    {
        _clock = clock;
        _http = dapr.CreateInvokableHttpClient();
        _http.Timeout = Timeout.InfiniteTimeSpan;
    }

    public void Dispose() => _http.Dispose();

    public async Task<StepAnswer> CallStepAsync(string appId, HttpMethod method, string path, object? body, string idempotencyKey, RequestContext context, TimeSpan timeout, CancellationToken ct)
    {
        using var request = Request(method, appId, path, body, context);
        request.Headers.Add(IdempotencyKey.Header, idempotencyKey);
        var answer = await SendAsync<JsonElement>(request, timeout, ct);
        return new StepAnswer(Text(answer, "outcome") ?? throw new TransientCallException($"{appId} {path} answered without an outcome."), Text(answer, "code"), Text(answer, "detail"), answer);
    }

    public async Task<T?> GetAsync<T>(string appId, string path, RequestContext context, TimeSpan timeout, CancellationToken ct)
    {
        using var request = Request(HttpMethod.Get, appId, path, null, context);
        try
        {
            return await SendAsync<T>(request, timeout, ct);
        }
        catch (PermanentCallException exception) when (exception.Status == (int)HttpStatusCode.NotFound)
        {
            return default;
        }
    }

    public async Task<T> PostAsync<T>(string appId, string path, object? body, RequestContext context, TimeSpan timeout, CancellationToken ct)
    {
        using var request = Request(HttpMethod.Post, appId, path, body, context);
        return await SendAsync<T>(request, timeout, ct);
    }

    private static HttpRequestMessage Request(HttpMethod method, string appId, string path, object? body, RequestContext context)
    {
        var request = new HttpRequestMessage(method, new Uri($"http://{appId}/{path.TrimStart('/')}"));
        if (body is not null)
        {
            request.Content = JsonContent.Create(body, body.GetType(), options: ServiceJson.Options);
        }

        if (context.BearerToken is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        else if (context.IsSystem)
        {
            request.Headers.Add(InternalHeaders.TenantId, context.TenantId);
            request.Headers.Add(InternalHeaders.Actor, context.Actor);
        }

        return request;
    }

    private async Task<T> SendAsync<T>(HttpRequestMessage request, TimeSpan timeout, CancellationToken ct)
    {
        var call = $"{request.Method} {request.RequestUri!.Host} {request.RequestUri.AbsolutePath}";
        using var deadline = new CancellationTokenSource(timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var body = await response.Content.ReadAsByteArrayAsync(either.Token);
            return response.IsSuccessStatusCode ? Read<T>(body) : throw Failure(call, response.StatusCode, body);
        }
        catch (OperationCanceledException exception) when (!ct.IsCancellationRequested)
        {
            throw new TransientCallException($"{call} had no answer within {timeout.TotalSeconds} s.", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or IOException)
        {
            throw new TransientCallException($"{call} failed: {exception.Message}", exception);
        }
    }

    private static T Read<T>(byte[] body) => JsonSerializer.Deserialize<T>(body, ServiceJson.Tolerant) ?? throw new JsonException("The answer is null.");

    private static Exception Failure(string call, HttpStatusCode status, byte[] body)
    {
        var code = Code(body);
        var transient = (int)status >= 500 || status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || code == Codes.RequestInProgress;
        var message = $"{call} answered {(int)status} {code}";
        return transient ? new TransientCallException(message) : new PermanentCallException(message, (int)status, code);
    }

    private static string? Code(byte[] body)
    {
        try
        {
            return Text(JsonElement.Parse(body), "code");
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
