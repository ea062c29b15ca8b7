using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Dapr.AspNetCore;

/// <summary>Unwraps a request of content type application/cloudevents+json: the handler sees the event's data and its content type.</summary>
internal sealed class CloudEventsMiddleware(RequestDelegate next, CloudEventsMiddlewareOptions options)
{
    private const string ContentType = "application/cloudevents+json";
    private const string HeaderPrefix = "Cloudevent.";
    private const string DefaultContentType = "application/json";

    public Task InvokeAsync(HttpContext context) => IsCloudEvent(context.Request, out var charset) ? UnwrapAsync(context, charset) : next(context);

    private static bool IsCloudEvent(HttpRequest request, out Encoding charset)
    {
        charset = Encoding.UTF8;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals(ContentType, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        charset = type.Encoding ?? Encoding.UTF8;
        return true;
    }

    private async Task UnwrapAsync(HttpContext context, Encoding charset)
    {
        if (await ReadAsync(context.Request, charset, context.RequestAborted) is not { } envelope || !TryData(envelope, out var body, out var contentType))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        var originalBody = context.Request.Body;
        var originalType = context.Request.ContentType;
        await using var stream = new MemoryStream(body, writable: false);
        try
        {
            ForwardHeaders(context.Request, envelope);
            context.Request.Body = stream;
            context.Request.ContentType = contentType;
            context.Request.ContentLength = contentType is null ? 0 : body.Length;
            await next(context);
        }
        finally
        {
            context.Request.Body = originalBody;
            context.Request.ContentType = originalType;
        }
    }

    private static async Task<JsonElement?> ReadAsync(HttpRequest request, Encoding charset, CancellationToken cancellationToken)
    {
        try
        {
            using var reader = new StreamReader(request.Body, charset, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
            var envelope = JsonSerializer.Deserialize<JsonElement>(await reader.ReadToEndAsync(cancellationToken));
            return envelope.ValueKind == JsonValueKind.Object ? envelope : null;
        }
        catch (JsonException)
        {
            return null; // answered with 400
        }
    }

    private bool TryData(JsonElement envelope, out byte[] body, out string? contentType)
    {
        var hasData = envelope.TryGetProperty("data", out var data);
        var hasBytes = envelope.TryGetProperty("data_base64", out var bytes);
        contentType = hasData || hasBytes ? DataContentType(envelope) : null;
        body = [];
        if (hasData)
        {
            body = Data(data, contentType!);
            return !hasBytes;
        }

        return !hasBytes || bytes.TryGetBytesFromBase64(out body!);
    }

    private byte[] Data(JsonElement data, string contentType) =>
        data.ValueKind == JsonValueKind.String && !IsJson(contentType) && !options.SuppressJsonDecodingOfTextPayloads
            ? Encoding.UTF8.GetBytes(data.GetString()!)
            : JsonSerializer.SerializeToUtf8Bytes(data);

    private static string DataContentType(JsonElement envelope)
    {
        var text = envelope.TryGetProperty("datacontenttype", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;
        if (!MediaTypeHeaderValue.TryParse(text, out var parsed))
        {
            return DefaultContentType;
        }

        // The body is UTF-8 from here on.
        parsed.Charset = default;
        return parsed.ToString();
    }

    private static bool IsJson(string contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && (type.MediaType.EndsWith("/json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));

    private void ForwardHeaders(HttpRequest request, JsonElement envelope)
    {
        if (!options.ForwardCloudEventPropertiesAsHeaders)
        {
            return;
        }

        foreach (var property in envelope.EnumerateObject().Where(property => IsForwarded(property.Name)))
        {
            var value = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : property.Value.GetRawText();
            request.Headers.TryAdd($"{HeaderPrefix}{property.Name.ToLowerInvariant()}", value);
        }
    }

    private bool IsForwarded(string name) =>
        name is not ("data" or "data_base64")
        && options.IncludedCloudEventPropertiesAsHeaders?.Contains(name, StringComparer.OrdinalIgnoreCase) != false
        && options.ExcludedCloudEventPropertiesFromHeaders?.Contains(name, StringComparer.OrdinalIgnoreCase) != true;
}
