using Sidecar.Api.Http;

namespace Sidecar.PubSub;

/// <summary>The errors of the publish API, as daprd words them.</summary>
internal static class PubSubErrors
{
    public static ApiError NotFound(string pubsub, Dictionary<string, string> metadata) =>
        new(404, "ERR_PUBSUB_NOT_FOUND", $"pubsub {pubsub} is not found", [ErrorDetail.Info("DAPR_PUBSUB_NOT_FOUND", metadata)]);

    public static ApiError NameEmpty(Dictionary<string, string> metadata) => Build(404, "ERR_PUBSUB_EMPTY", "DAPR_PUBSUB_NAME_EMPTY", "", "pubsub name is empty", metadata);

    public static ApiError TopicEmpty(string pubsub, Dictionary<string, string> metadata) =>
        Build(404, "ERR_TOPIC_NAME_EMPTY", "DAPR_PUBSUB_TOPIC_NAME_EMPTY", pubsub, $"topic is empty in pubsub {pubsub}", metadata);

    public static ApiError Forbidden(string pubsub, string topic, string appId)
    {
        var message = $"topic {topic} is not allowed for app id {appId}";
        return Build(403, "ERR_PUBSUB_FORBIDDEN", "DAPR_PUBSUB_FORBIDDEN", pubsub, message, OfTopic(topic, message));
    }

    public static ApiError Metadata(string pubsub, string problem, Dictionary<string, string> metadata) =>
        Build(400, "ERR_PUBSUB_REQUEST_METADATA", "DAPR_PUBSUB_METADATA_DESERIALIZATION", pubsub, $"failed deserializing metadata. Error: {problem}", metadata);

    public static ApiError CloudEvent(string pubsub, string appId, string problem) =>
        Build(500, "ERR_PUBSUB_CLOUD_EVENTS_SER", "DAPR_PUBSUB_CLOUD_EVENT_CREATION", pubsub, "cannot create cloudevent", OfApp(appId, problem));

    public static ApiError Publish(string pubsub, string topic, string problem) =>
        Build(500, "ERR_PUBSUB_PUBLISH_MESSAGE", "DAPR_PUBSUB_PUBLISH_MESSAGE", pubsub, $"error when publishing to topic {topic} in pubsub {pubsub}: {problem}", OfTopic(topic, problem));

    public static ApiError Unmarshal(string pubsub, string topic, string appId, string problem) =>
        Build(400, "ERR_PUBSUB_EVENTS_SER", "DAPR_PUBSUB_UNMARSHAL_EVENTS", pubsub, $"error when unmarshaling the request for topic {topic} pubsub {pubsub}: {problem}", OfApp(appId, null));

    public static ApiError EntryId(string pubsub, string topic, string appId)
    {
        const string Problem = "entryId is duplicated or not present for entry";
        return Build(400, "ERR_PUBSUB_EVENTS_SER", "DAPR_PUBSUB_MARSHAL_EVENTS", pubsub, $"error marshaling events to bytes for topic {topic} pubsub {pubsub}. error: {Problem}", OfApp(appId, Problem));
    }

    public static ApiError Envelope(string pubsub, string topic, string appId, string problem) =>
        Build(400, "ERR_PUBSUB_EVENTS_SER", "DAPR_PUBSUB_MARSHAL_ENVELOPE", pubsub, $"error when marshalling cloud event envelope for topic {topic} pubsub {pubsub}: {problem}", OfApp(appId, problem));

    private static ApiError Build(int status, string code, string reason, string pubsub, string message, Dictionary<string, string> metadata) =>
        new(status, code, message, [ErrorDetail.Resource("pubsub", pubsub, message), ErrorDetail.Info(reason, metadata)]);

    private static Dictionary<string, string> OfTopic(string topic, string problem) => new(StringComparer.Ordinal) { ["error"] = problem, ["topic"] = topic };

    private static Dictionary<string, string> OfApp(string appId, string? problem)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["appID"] = appId };
        if (problem is not null)
        {
            metadata["error"] = problem;
        }

        return metadata;
    }
}
