namespace Dapr;

/// <summary>Adds a metadata entry to the subscriptions of an action or endpoint.</summary>
[AttributeUsage(AttributeTargets.All, AllowMultiple = true)]
public class TopicMetadataAttribute : Attribute, IOriginalTopicMetadata
{
    /// <summary>Adds an entry whose id is its name.</summary>
    public TopicMetadataAttribute(string name, string value)
        : this(name, name, value)
    {
    }

    /// <summary>Adds an entry with an id by which topics own it.</summary>
    public TopicMetadataAttribute(string id, string name, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        Id = id;
        Name = name;
        Value = value;
    }

    /// <inheritdoc />
    public string Id { get; }

    /// <inheritdoc />
    public string Name { get; }

    /// <inheritdoc />
    public string Value { get; }
}
