namespace Dapr;

/// <summary>An endpoint handles events of a topic.</summary>
public interface ITopicMetadata
{
    /// <summary>The topic.</summary>
    string Name { get; }

    /// <summary>The pub/sub component.</summary>
    string PubsubName { get; }

    /// <summary>The CEL rule an event must match; empty makes the endpoint the default of its topic.</summary>
    string Match { get; }

    /// <summary>The order of the rule among those of its topic; lower first.</summary>
    int Priority { get; }
}
