namespace Dapr;

/// <summary>A metadata entry of a subscription.</summary>
public interface IOriginalTopicMetadata
{
    /// <summary>The id by which topics own it; a null id belongs to all topics of the endpoint.</summary>
    string Id { get; }

    /// <summary>The name.</summary>
    string Name { get; }

    /// <summary>The value.</summary>
    string Value { get; }
}
