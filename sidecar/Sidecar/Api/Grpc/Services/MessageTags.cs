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

        switch (message)
        {
            case InvokeServiceRequest invoke:
                span.DisplayName = $"CallLocal/{invoke.Id}/{invoke.Message?.Method}";
                span.SetTag(Service, "ServiceInvocation");
                span.SetTag("net.peer.name", invoke.Id);
                break;
            case PublishEventRequest publish:
                AddTopic(span, publish.Topic);
                break;
            case BulkPublishRequest publish:
                AddTopic(span, publish.Topic);
                break;
            case InvokeBindingRequest binding:
                AddComponent(span, path, "bindings", binding.Name);
                break;
            case GetStateRequest state:
                AddComponent(span, path, "state", state.StoreName);
                break;
            case SaveStateRequest state:
                AddComponent(span, path, "state", state.StoreName);
                break;
            case DeleteStateRequest state:
                AddComponent(span, path, "state", state.StoreName);
                break;
            case GetSecretRequest secret:
                AddComponent(span, path, "secrets", secret.StoreName);
                break;
        }
    }

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
