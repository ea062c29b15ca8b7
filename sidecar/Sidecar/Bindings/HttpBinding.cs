using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Sidecar.Api.Http;
using Sidecar.Components;
using Sidecar.Invocation;

namespace Sidecar.Bindings;

/// <summary>
/// <c>bindings.http</c>: calls a URL. The operation is the verb (<c>create</c> is POST), metadata <c>path</c> is added to the URL, and metadata whose
/// name starts with a capital letter are headers. Status and headers of the answer are its metadata.
/// </summary>
internal sealed class HttpBinding : IOutputBinding
{
    private const string Json = "application/json; charset=utf-8";
    private const long DefaultMaxResponse = 100 * 1024 * 1024;
    private readonly string _url;
    private readonly bool _errorIfNot2XX;
    private readonly TimeSpan _responseTimeout;
    private readonly long _maxResponse;
    private readonly (string Name, string Value)? _token;
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        UseCookies = false,
        AllowAutoRedirect = true,
        MaxAutomaticRedirections = 10,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
        ConnectTimeout = TimeSpan.FromSeconds(15),
    });

    public HttpBinding(ComponentSpec spec)
    {
        var metadata = new MetadataReader(spec);
        _url = spec["url"] ?? throw ComponentException.Field(spec, "url", "is missing", "give an http or https URL");
        if (!Uri.TryCreate(_url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw ComponentException.Field(spec, "url", $"is '{_url}'", "give an http or https URL");
        }

        _errorIfNot2XX = metadata.Boolean("errorIfNot2XX", true);
        _responseTimeout = metadata.Positive("responseTimeout", Timeout.InfiniteTimeSpan);
        _maxResponse = ByteSize(spec) is var size and > 0 ? size : long.MaxValue;
        _token = spec["securityToken"] is { } token && spec["securityTokenHeader"] is { } header ? (header, token) : null;
    }

    /// <inheritdoc />
    public IReadOnlyList<string> Operations { get; } = ["create", "get", "head", "post", "put", "patch", "delete", "options", "trace"];

    /// <inheritdoc />
    public async Task<BindingResult> InvokeAsync(BindingRequest request, CancellationToken cancellationToken)
    {
        using var message = ToMessage(request);
        using var deadline = new CancellationTokenSource(_responseTimeout);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var response = await _client.SendAsync(message, linked.Token);
            var data = await ReadAsync(response, linked.Token);
            var status = (int)response.StatusCode;
            var fails = request["errorIfNot2XX"] is { } text ? IsTrue(text) : _errorIfNot2XX;
            return new BindingResult(new BindingResponse(data, MetadataOf(response)), fails && status / 100 != 2 ? $"received status code {status}" : null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return BindingResult.Failed($"{TransportError.Describe(message, new TimeoutException("context deadline exceeded"))}");
        }
        catch (HttpRequestException exception)
        {
            return BindingResult.Failed(TransportError.Describe(message, exception));
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private HttpRequestMessage ToMessage(BindingRequest request)
    {
        var verb = request.Operation == "create" ? "POST" : request.Operation.ToUpperInvariant();
        var url = request["path"] is { } path ? $"{_url.TrimEnd('/')}/{path.TrimStart('/')}" : _url;

        // Sent as written, but an address alone still needs its first slash.
        var hasPath = url.IndexOf('/', url.IndexOf("://", StringComparison.Ordinal) + "://".Length) > 0;
        var message = new HttpRequestMessage(new HttpMethod(verb), hasPath ? AppHttp.Verbatim(url) : new Uri(url));
        if (verb is "POST" or "PUT" or "PATCH")
        {
            message.Content = new ReadOnlyMemoryContent(request.Data);
            message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(Json);
        }

        Set(message, "Accept", Json);
        if (_token is var (name, value))
        {
            Set(message, name, value);
        }

        foreach (var (key, text) in request.Metadata.Where(pair => pair.Key.Length > 0 && char.IsAsciiLetterUpper(pair.Key[0])))
        {
            Set(message, key, text);
        }

        foreach (var key in (ReadOnlySpan<string>)["traceparent", "tracestate", "baggage"])
        {
            if (request[key] is { } text)
            {
                Set(message, key, text);
            }
        }

        return message;
    }

    // The connection is the client's own: what frames or routes the request is not the caller's to set.
    private static void Set(HttpRequestMessage message, string name, string value)
    {
        if (name.ToLowerInvariant() is "content-length" or "transfer-encoding" or "connection" or "upgrade" or "te" or "trailer" || !FieldValue.IsValid(value))
        {
            return;
        }

        if (name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))
        {
            message.Content?.Headers.Remove(name);
            message.Content?.Headers.TryAddWithoutValidation(name, value);
            return;
        }

        message.Headers.Remove(name);
        message.Headers.TryAddWithoutValidation(name, value);
    }

    private async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        const int Chunk = 16 * 1024;
        var data = new ArrayBufferWriter<byte>(Chunk);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        while (data.WrittenCount < _maxResponse)
        {
            var memory = data.GetMemory(Chunk);
            var left = _maxResponse - data.WrittenCount;
            var read = await body.ReadAsync(memory.Length > left ? memory[..(int)left] : memory, cancellationToken);
            if (read == 0)
            {
                break;
            }

            data.Advance(read);
        }

        return data.WrittenSpan.ToArray();
    }

    private static Dictionary<string, string> MetadataOf(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["statusCode"] = status.ToString(CultureInfo.InvariantCulture),
            ["status"] = $"{status} {response.ReasonPhrase}".TrimEnd(),
        };
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            metadata[Canonical(name)] = string.Join(", ", values);
        }

        return metadata;
    }

    // Go's form of a header's name, which callers over gRPC see: X-Request-Id.
    private static string Canonical(string name) => string.Create(name.Length, name, static (span, text) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            span[i] = i == 0 || text[i - 1] == '-' ? char.ToUpperInvariant(text[i]) : char.ToLowerInvariant(text[i]);
        }
    });

    private static bool IsTrue(string text) => text.ToLowerInvariant() is "true" or "t" or "1" or "y" or "yes" or "on";

    private static long ByteSize(ComponentSpec spec)
    {
        if (spec["maxResponseBodySize"] is not { } text)
        {
            return DefaultMaxResponse;
        }

        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9') is var end and >= 0 ? end : text.Length;
        long? unit = text[digits..].Trim() switch
        {
            "" or "B" => 1,
            "k" or "K" or "kB" or "KB" => 1000,
            "Ki" => 1024,
            "M" or "MB" => 1000_000,
            "Mi" => 1024 * 1024,
            "G" or "GB" => 1000_000_000,
            "Gi" => 1024 * 1024 * 1024,
            _ => null,
        };
        return unit is not null && int.TryParse(text.AsSpan(0, digits), CultureInfo.InvariantCulture, out var number)
            ? number * unit.Value
            : throw ComponentException.Field(spec, "maxResponseBodySize", $"is '{text}'", "give a number of bytes, or one with a unit such as 16Mi; 0 for no limit");
    }
}
