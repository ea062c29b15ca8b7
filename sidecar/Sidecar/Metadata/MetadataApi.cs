using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sidecar.Api.Http;
using Sidecar.Schedules;

namespace Sidecar.Metadata;

/// <summary><c>GET /v1.0/metadata</c> and <c>PUT /v1.0/metadata/{label}</c>.</summary>
internal sealed class MetadataApi(RuntimeMetadata metadata) : IHttpApi
{
    /// <inheritdoc />
    public IReadOnlyList<string> Prefixes { get; } = ["v1.0/metadata"];

    private RuntimeServices Services => metadata.Services;

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
        metadata.SetLabel(label, Encoding.UTF8.GetString(body));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("id", Services.AppId);
        json.WriteString("runtimeVersion", RuntimeMetadata.DaprVersion);
        WriteTexts(json, "enabledFeatures", RuntimeMetadata.EnabledFeatures);
        WriteArray(json, "actors", metadata.Actors.Types, WriteActorType);
        WriteArray(json, "components", metadata.Components, WriteComponent);
        WriteMap(json, "extended", metadata.Labels);
        WriteArray(json, "subscriptions", metadata.Subscriptions, WriteSubscription);
        WriteArray(json, "httpEndpoints", Services.Resources.HttpEndpoints.Select(endpoint => endpoint.Name), WriteName);
        WriteApp(json);
        WriteActors(json);
        WriteScheduler(json);
        WriteWorkflows(json);
        WriteArray(json, "resiliencies", Services.Resources.Resiliency.Select(document => document.Name), WriteName);
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }

    private static void WriteComponent(Utf8JsonWriter json, LoadedComponent component)
    {
        json.WriteStartObject();
        json.WriteString("name", component.Name);
        json.WriteString("type", component.Type);
        if (component.Version.Length > 0)
        {
            json.WriteString("version", component.Version);
        }

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
        if (Services.Options.AppPort is { } port)
        {
            json.WriteNumber("port", port);
        }

        json.WriteString("protocol", Services.Options.AppProtocol);
        json.WriteString("channelAddress", Services.Options.AppChannelAddress);
        if (Services.Options.AppMaxConcurrency > 0)
        {
            json.WriteNumber("maxConcurrency", Services.Options.AppMaxConcurrency);
        }

        WriteHealth(json);
        json.WriteEndObject();
    }

    private void WriteHealth(Utf8JsonWriter json)
    {
        if (metadata.AppHealth is not { } health)
        {
            return;
        }

        json.WriteStartObject("health");
        if (!Services.Options.IsGrpcApp)
        {
            json.WriteString("healthCheckPath", health.Path);
        }

        json.WriteString("healthProbeInterval", GoText.Duration(health.Interval));
        json.WriteString("healthProbeTimeout", GoText.Duration(health.Timeout));
        json.WriteNumber("healthThreshold", health.Threshold);
        json.WriteEndObject();
    }

    private void WriteWorkflows(Utf8JsonWriter json)
    {
        if (metadata.ConnectedWorkers is > 0 and var workers)
        {
            json.WriteStartObject("workflows");
            json.WriteNumber("connectedWorkers", workers);
            json.WriteEndObject();
        }
    }

    private void WriteActors(Utf8JsonWriter json)
    {
        var status = metadata.Actors;
        json.WriteStartObject("actorRuntime");
        json.WriteString("runtimeStatus", !metadata.IsReady ? "INITIALIZING" : status.Enabled ? "RUNNING" : "DISABLED");
        WriteArray(json, "activeActors", status.Types, WriteActorType);
        json.WriteBoolean("hostReady", status.HostReady);
        if (metadata.IsReady)
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
        if (Services.Options.HasScheduler)
        {
            json.WriteStartObject("scheduler");
            WriteTexts(json, "connected_addresses", [$"{Services.Options.ListenAddress}:{Services.Options.GrpcPort}"]);
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
