using Dapr.Proto.Runtime.V1;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Sidecar.Telemetry;

namespace Sidecar.Api.Grpc.Services;

/// <summary>The tags of daprd's spans that tell what a message of the Dapr service is about. Most messages have none.</summary>
internal static class MessageTags
{
    private const string Service = "rpc.service";
    private const string Dapr = "Dapr";

    /// <summary>Describes a call by its message.</summary>
    public static void Add(HttpContext context, string path, IMessage message)
    {
        if (context.Features.Get<RequestTrace>()?.Span is not { Recorded: true } span)
        {
            return;
        }

        if (message is InvokeServiceRequest invoke)
        {
            span.DisplayName = $"CallLocal/{invoke.Id}/{invoke.Message?.Method}";
            span.SetTag(Service, "ServiceInvocation");
            span.SetTag("net.peer.name", invoke.Id);
        }
        else if (TopicOf(message) is { } topic)
        {
            AddTopic(span, topic);
        }
        else if (ComponentOf(message) is var (system, name))
        {
            AddComponent(span, path, system, name);
        }
    }

    private static string? TopicOf(IMessage message) => message switch
    {
        PublishEventRequest publish => publish.Topic,
        BulkPublishRequest publish => publish.Topic,
        _ => null,
    };

    private static (string System, string Name)? ComponentOf(IMessage message) => message switch
    {
        InvokeBindingRequest binding => ("bindings", binding.Name),
        GetStateRequest state => ("state", state.StoreName),
        SaveStateRequest state => ("state", state.StoreName),
        DeleteStateRequest state => ("state", state.StoreName),
        GetSecretRequest secret => ("secrets", secret.StoreName),
        _ => null,
    };

    private static void AddTopic(Span span, string topic)
    {
        span.SetTag("messaging.destination.name", topic);
        span.SetTag("messaging.system", "pubsub");
        span.SetTag(Service, Dapr);
    }

    private static void AddComponent(Span span, string path, string system, string name)
    {
        span.SetTag("db.connection_string", system);
        span.SetTag("db.name", name);
        span.SetTag("db.statement", path);
        span.SetTag("db.system", system);
        span.SetTag(Service, Dapr);
    }
}
