using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sidecar.Api.Http;

namespace Sidecar.Metadata;

/// <summary><c>GET /v1.0/metadata</c> and <c>PUT /v1.0/metadata/{label}</c>.</summary>
internal sealed class MetadataApi(RuntimeServices services, IReadOnlyList<IBuildingBlock> blocks, Func<bool> isReady) : IHttpApi
{
    /// <summary>The version of Dapr whose API the sidecar speaks.</summary>
    public const string DaprVersion = "1.18.3";

    /// <summary>The features of daprd that are always on.</summary>
    public static readonly IReadOnlyList<string> EnabledFeatures = ["HotReload", "WorkflowsRemoteActivityReminder"];

    private readonly ConcurrentDictionary<string, string> _labels = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public IReadOnlyList<string> Prefixes { get; } = ["v1.0/metadata"];

    /// <summary>The labels, that of the version included.</summary>
    public SortedDictionary<string, string> Labels => new(_labels, StringComparer.Ordinal) { ["daprRuntimeVersion"] = DaprVersion };

    private ActorRuntimeStatus Actors => blocks.Select(block => block.ActorStatus).FirstOrDefault(status => status is not null) ?? new(false, false, []);

    /// <summary>Sets a label, as <c>dapr run</c> does for the command and process of the app.</summary>
    public void SetLabel(string name, string value) => _labels[name] = value;

    /// <inheritdoc />
    public Task HandleAsync(HttpContext context, string rest)
    {
        if (HttpMethods.IsGet(context.Request.Method) && rest.Length == 0)
        {
            return WriteAsync(context);
        }

        return HttpMethods.IsPut(context.Request.Method) && rest.Length > 0 && !rest.Contains('/', StringComparison.Ordinal)
            ? PutAsync(context, Uri.UnescapeDataString(rest))
            : ApiError.NoRoute.WriteAsync(context);
    }

    private async Task PutAsync(HttpContext context, string label)
    {
        var (body, _) = await RequestBytes.ReadAsync(context);
        SetLabel(label, Encoding.UTF8.GetString(body));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("id", services.AppId);
        json.WriteString("runtimeVersion", DaprVersion);
        WriteTexts(json, "enabledFeatures", EnabledFeatures);
        WriteArray(json, "actors", isReady() ? Actors.Types : [], WriteActorType);
        WriteArray(json, "components", blocks.SelectMany(block => block.LoadedComponents), WriteComponent);
        WriteMap(json, "extended", Labels);
        WriteArray(json, "subscriptions", blocks.SelectMany(block => block.ActiveSubscriptions), WriteSubscription);
        WriteArray(json, "httpEndpoints", services.Resources.HttpEndpoints.Select(endpoint => endpoint.Name), WriteName);
        WriteApp(json);
        WriteActors(json);
        WriteScheduler(json);
        WriteArray(json, "resiliencies", services.Resources.Resiliency.Select(document => document.Name), WriteName);
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }

    private static void WriteComponent(Utf8JsonWriter json, LoadedComponent component)
    {
        json.WriteStartObject();
        json.WriteString("name", component.Name);
        json.WriteString("type", component.Type);
        json.WriteString("version", component.Version);
        if (component.Capabilities.Count > 0)
        {
            WriteTexts(json, "capabilities", component.Capabilities);
        }

        json.WriteEndObject();
    }

    private static void WriteSubscription(Utf8JsonWriter json, ActiveSubscription subscription)
    {
        json.WriteStartObject();
        json.WriteString("pubsubname", subscription.PubsubName);
        json.WriteString("topic", subscription.Topic);
        if (subscription.Metadata.Count > 0)
        {
            WriteMap(json, "metadata", subscription.Metadata);
        }

        WriteArray(json, "rules", subscription.Rules, static (writer, rule) =>
        {
            writer.WriteStartObject();
            if (rule.Match.Length > 0)
            {
                writer.WriteString("match", rule.Match);
            }

            writer.WriteString("path", rule.Path);
            writer.WriteEndObject();
        });
        json.WriteString("deadLetterTopic", subscription.DeadLetterTopic);
        json.WriteString("type", subscription.Type);
        json.WriteEndObject();
    }

    private void WriteApp(Utf8JsonWriter json)
    {
        json.WriteStartObject("appConnectionProperties");
        if (services.Options.AppPort is { } port)
        {
            json.WriteNumber("port", port);
        }

        json.WriteString("protocol", services.Options.AppProtocol);
        json.WriteString("channelAddress", services.Options.AppChannelAddress);
        json.WriteEndObject();
    }

    private void WriteActors(Utf8JsonWriter json)
    {
        var status = Actors;
        json.WriteStartObject("actorRuntime");
        json.WriteString("runtimeStatus", !isReady() ? "INITIALIZING" : status.Enabled ? "RUNNING" : "DISABLED");
        WriteArray(json, "activeActors", isReady() ? status.Types : [], WriteActorType);
        json.WriteBoolean("hostReady", isReady() && status.HostReady);
        if (isReady())
        {
            json.WriteString("placement", status.Enabled ? "placement: connected" : "placement: disconnected");
        }

        json.WriteEndObject();
    }

    private static void WriteActorType(Utf8JsonWriter json, KeyValuePair<string, int> type)
    {
        json.WriteStartObject();
        json.WriteString("type", type.Key);
        if (type.Value > 0)
        {
            json.WriteNumber("count", type.Value);
        }

        json.WriteEndObject();
    }

    // The scheduler is part of the sidecar: it is reached where the sidecar is.
    private void WriteScheduler(Utf8JsonWriter json)
    {
        if (services.Options.HasScheduler)
        {
            json.WriteStartObject("scheduler");
            WriteTexts(json, "connected_addresses", [$"{services.Options.ListenAddress}:{services.Options.GrpcPort}"]);
            json.WriteEndObject();
        }
    }

    private static void WriteName(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static void WriteMap(Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, string>> map)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in map)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteArray<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        var all = items.ToList();
        if (all.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var item in all)
        {
            write(json, item);
        }

        json.WriteEndArray();
    }
}
