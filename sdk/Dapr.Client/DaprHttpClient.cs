using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Dapr.Common;
using Dapr.Common.Exceptions;
using Dapr.Common.Rpc;

namespace Dapr.Client;

/// <summary>
/// Speaks the sidecar's HTTP API. Invariant: whatever is not the answer the API documents leaves as <see cref="DaprException"/>
/// (a cancellation asked for by the caller as OperationCanceledException), never as a default value.
/// </summary>
internal sealed partial class DaprHttpClient : DaprClient
{
    private const string JsonContentType = "application/json";
    private readonly Uri endpoint;
    private readonly string token;
    private readonly HttpClient http;
    private readonly JsonSerializerOptions json;
    private readonly TimeProvider time;
    private readonly RpcChannel rpc;

    internal DaprHttpClient(Uri endpoint, Uri grpcEndpoint, string token, JsonSerializerOptions json, TimeSpan timeout, TimeProvider time)
    {
        rpc = new RpcChannel(new RpcChannelOptions(grpcEndpoint, typeof(DaprHttpClient).Assembly) { ApiToken = token, Time = time });
        this.endpoint = endpoint;
        this.token = token;
        this.json = json;
        this.time = time;
        http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), UseCookies = false, AllowAutoRedirect = false });
        if (timeout > TimeSpan.Zero)
        {
            http.Timeout = timeout;
        }

        http.DefaultRequestHeaders.UserAgent.Add(UserAgent());
    }

    public override JsonSerializerOptions JsonSerializerOptions => json;

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            http.Dispose();
            rpc.Dispose();
        }

        base.Dispose(disposing);
    }

    private static string Escape(string segment) => Uri.EscapeDataString(segment);

    private HttpRequestMessage Request(HttpMethod method, string path, IReadOnlyDictionary<string, string>? metadata = null, params IEnumerable<(string Key, string Value)> query)
    {
        var all = query.Concat((metadata ?? EmptyMetadata).Select(pair => ($"metadata.{pair.Key}", pair.Value)));
        var text = string.Join('&', all.Select(pair => $"{Escape(pair.Item1)}={Escape(pair.Item2)}"));
        var request = new HttpRequestMessage(method, new Uri(endpoint, text.Length == 0 ? path : $"{path}?{text}"));
        AddToken(request);
        return request;
    }

    private void AddToken(HttpRequestMessage request)
    {
        if (!string.IsNullOrWhiteSpace(token))
        {
            request.Headers.TryAddWithoutValidation(DaprHeaders.ApiToken, token);
        }
    }

    private static ByteArrayContent Body(ReadOnlyMemory<byte> bytes, string contentType)
    {
        var content = new ByteArrayContent(bytes.ToArray());
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return content;
    }

    private static ByteArrayContent Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            write(writer);
        }

        return Body(buffer.WrittenMemory, JsonContentType);
    }

    /// <summary>Sends a call; an error status other than the tolerated one is thrown.</summary>
    private async Task<Answer> SendAsync(HttpRequestMessage request, string operation, CancellationToken cancellationToken, HttpStatusCode? tolerated = null)
    {
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return response.IsSuccessStatusCode || response.StatusCode == tolerated
                ? new Answer(response.StatusCode, body, Header(response, "ETag"), Header(response, "Content-Type"), Metadata(response))
                : throw Failure(operation, response.StatusCode, body);
        }
        catch (HttpRequestException exception)
        {
            throw Unreached(operation, exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreached(operation, exception);
        }
        finally
        {
            request.Dispose();
        }
    }

    private DaprException Unreached(string operation, Exception inner) =>
        new($"{operation} failed: the sidecar at {endpoint} did not answer. See the inner exception.", inner);

    private static DaprException Failure(string operation, HttpStatusCode status, byte[] body)
    {
        var error = ReadError(body);
        var message = error?.Message ?? $"status {(int)status}: {Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 500)))}";
        var transient = (int)status is 429 or 502 or 503 or 504;
        return new DaprException(
            $"{operation} failed: the Dapr endpoint indicated a failure. {error?.ErrorCode} {message}",
            new DaprApiException(message, error?.ErrorCode ?? "UNKNOWN", transient) { Extended = ExtendedErrorReader.Read(status, body) });
    }

    private static DaprError? ReadError(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize<DaprError>(body, JsonSerializerOptions.Web);
        }
        catch (JsonException)
        {
            return null; // not the API's error shape: the caller quotes the body
        }
    }

    private T? Read<T>(ReadOnlySpan<byte> utf8, string operation)
    {
        if (utf8.IsEmpty)
        {
            return default;
        }

        try
        {
            return JsonSerializer.Deserialize<T>(utf8, json);
        }
        catch (JsonException exception)
        {
            throw new DaprException($"{operation} failed: the answer is not the expected JSON. See the inner exception.", exception);
        }
    }

    // ETags come unquoted, which HttpClient's typed header refuses.
    private static string Header(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) || response.Content.Headers.NonValidated.TryGetValues(name, out values)
            ? values.ToString()
            : string.Empty;

    private static Dictionary<string, string> Metadata(HttpResponseMessage response) =>
        response.Headers.NonValidated
            .Where(header => header.Key.StartsWith("metadata.", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(header => header.Key["metadata.".Length..], header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<string, string> EmptyMetadata = [];

    private sealed record Answer(HttpStatusCode Status, byte[] Body, string ETag, string ContentType, IReadOnlyDictionary<string, string> Metadata);
}
