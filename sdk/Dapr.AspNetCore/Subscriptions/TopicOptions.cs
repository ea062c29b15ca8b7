namespace Dapr;

/// <summary>A subscription of an endpoint.</summary>
public class TopicOptions
{
    /// <summary>Metadata entries of the subscription.</summary>
    public IDictionary<string, string>? Metadata;

    /// <summary>The topic.</summary>
    public string? Name { get; set; }

    /// <summary>The pub/sub component.</summary>
    public string? PubsubName { get; set; }

    /// <summary>Whether the payload comes raw.</summary>
    public bool EnableRawPayload { get; set; }

    /// <summary>The CEL rule an event must match.</summary>
    public string Match { get; set; } = string.Empty;

    /// <summary>The order of the rule; lower first.</summary>
    public int Priority { get; set; }

    /// <summary>The ids of the owned metadata entries.</summary>
    public string[]? OwnedMetadatas { get; set; }

    /// <summary>What joins the values of entries with one name.</summary>
    public string? MetadataSeparator { get; set; }

    /// <summary>The dead-letter topic.</summary>
    public string? DeadLetterTopic { get; set; }
}
