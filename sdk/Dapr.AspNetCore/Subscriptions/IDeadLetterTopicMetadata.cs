namespace Dapr;

/// <summary>An endpoint may name a topic for events that it cannot handle.</summary>
public interface IDeadLetterTopicMetadata
{
    /// <summary>The dead-letter topic, or null.</summary>
    string? DeadLetterTopic { get; }
}
