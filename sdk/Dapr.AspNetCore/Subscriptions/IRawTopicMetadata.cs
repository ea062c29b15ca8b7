namespace Dapr;

/// <summary>An endpoint may ask for events without their CloudEvent envelope.</summary>
public interface IRawTopicMetadata
{
    /// <summary>Whether the payload comes raw; null leaves it to <see cref="SubscribeOptions"/>.</summary>
    bool? EnableRawPayload { get; }
}
