using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sidecar.Api.Http;
using Sidecar.Resiliency;

namespace Sidecar.Configuration;

/// <summary><c>GET /v1.0/configuration/{store}</c>, <c>.../subscribe</c>, <c>.../{id}/unsubscribe</c>; changes go to the app as <c>POST /configuration/{store}/{key}</c>.</summary>
internal sealed partial class ConfigurationHttpApi(ConfigurationStores stores, RuntimeServices services) : IHttpApi
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly ILogger _logger = services.Loggers.CreateLogger("Sidecar.Configuration");

    /// <inheritdoc />
    public IReadOnlyList<string> Prefixes { get; } = ["v1.0/configuration", "v1.0-alpha1/configuration"];

    /// <inheritdoc />
    public async Task HandleAsync(HttpContext context, string rest)
    {
        var parts = rest.Split('/').Select(RequestMetadata.Decode).ToList();
        if (parts.Contains(null))
        {
            await RequestMetadata.WriteBadPathAsync(context);
            return;
        }

        Func<string, Task<ApiError?>>? handler = parts switch
        {
            _ when !HttpMethods.IsGet(context.Request.Method) => null,
            [{ Length: > 0 }] => store => GetAsync(context, store),
            [{ Length: > 0 }, "subscribe"] => store => SubscribeAsync(context, store),
            [{ Length: > 0 }, { Length: > 0 } id, "unsubscribe"] => store => UnsubscribeAsync(context, store, id),
            _ => null,
        };
        var error = handler is null ? ApiError.NoRoute
            : stores.IsEmpty ? new ApiError(500, "ERR_CONFIGURATION_STORE_NOT_CONFIGURED", "configuration stores not configured")
            : !stores.Contains(parts[0]!) ? new ApiError(400, "ERR_CONFIGURATION_STORE_NOT_FOUND", $"configuration store {parts[0]} not found")
            : await handler(parts[0]!);
        if (error is not null)
        {
            await error.WriteAsync(context);
        }
    }

    private async Task<ApiError?> GetAsync(HttpContext context, string store)
    {
        var keys = Keys(context);
        IReadOnlyDictionary<string, ConfigurationItem> items;
        try
        {
            items = await stores.GetAsync(store, keys, RequestMetadata.From(context.Request), context.RequestAborted);
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            return new ApiError(500, "ERR_CONFIGURATION_GET", $"failed to get [{string.Join(' ', keys)}] from Configuration store {store}: {exception.Message}");
        }

        if (items.Count == 0)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return null;
        }

        await WriteAsync(context, Sorted(items));
        return null;
    }

    private async Task<ApiError?> SubscribeAsync(HttpContext context, string store)
    {
        if (services.Options.AppPort is null)
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            await WriteAsync(context, new { errorCode = "ERR_APP_CHANNEL_NIL", message = "app channel is not initialized. cannot subscribe to configuration updates" });
            return null;
        }

        var keys = Keys(context);
        try
        {
            var id = await stores.SubscribeAsync(store, keys, RequestMetadata.From(context.Request), (subscription, items, token) => TellAsync(store, subscription, items, token), context.RequestAborted);
            await WriteAsync(context, new { id });
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted)
        {
            return new ApiError(500, "ERR_CONFIGURATION_SUBSCRIBE", $"failed to subscribe [{string.Join(' ', keys)}] from Configuration store {store}: {exception.Message}");
        }

        return null;
    }

    private async Task<ApiError?> UnsubscribeAsync(HttpContext context, string store, string id)
    {
        if (await stores.UnsubscribeAsync(store, id) is { } problem)
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            await WriteAsync(context, new { message = $"failed to unsubscribe to configuration request {id}: {problem}" });
            return null;
        }

        await WriteAsync(context, new { ok = true });
        return null;
    }

    // One call per changed key, under the inbound policy; what the app does not take in the end is logged.
    private async Task TellAsync(string store, string subscription, IReadOnlyDictionary<string, ConfigurationItem> items, CancellationToken cancellationToken)
    {
        var body = Line(new { id = subscription, items = Sorted(items) });
        foreach (var key in items.Keys)
        {
            try
            {
                var status = await services.Resiliency.ForComponentInbound(store).ExecuteAsync(token => PostAsync(RequestPath.Encode(RequestPath.Clean($"/configuration/{store}/{key}")), body, token), Judge, cancellationToken);
                if (status != 200)
                {
                    LogRefused(store, key, status);
                }
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is HttpRequestException or IOException or TimeoutException or CircuitOpenException)
            {
                LogFailed(store, key, exception.Message);
            }
        }
    }

    private async Task<int> PostAsync(string path, byte[] body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        if (services.Tracing.Header(Telemetry.TraceContext.None) is { } traceParent)
        {
            request.Headers.TryAddWithoutValidation("traceparent", traceParent);
        }

        using var response = await services.App.SendAsync(request, cancellationToken);
        return (int)response.StatusCode;
    }

    private static AttemptOutcome Judge(int status) => new(status != 200, status);

    private static List<string> Keys(HttpContext context) => [.. context.Request.Query["key"].Select(key => key ?? "")];

    private static SortedDictionary<string, ConfigurationItem> Sorted(IReadOnlyDictionary<string, ConfigurationItem> items) => new(items.ToDictionary(), StringComparer.Ordinal);

    private static byte[] Line(object value) => [.. JsonSerializer.SerializeToUtf8Bytes(value, Json), (byte)'\n'];

    private static async Task WriteAsync(HttpContext context, object value)
    {
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(Line(value), context.RequestAborted);
    }

    [LoggerMessage(3601, LogLevel.Error, "The app answered the change of '{Key}' in configuration store {Store} with status {Status}")]
    private partial void LogRefused(string store, string key, int status);

    [LoggerMessage(3602, LogLevel.Error, "The app was not told of the change of '{Key}' in configuration store {Store}: {Problem}")]
    private partial void LogFailed(string store, string key, string problem);
}
