namespace Sidecar.Metadata;

/// <summary>A subscription as <c>/v1.0/metadata</c> lists it.</summary>
/// <param name="PubsubName">The pub/sub component.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Metadata">The subscription's metadata.</param>
/// <param name="Rules">The routes in order; the default has an empty match.</param>
/// <param name="DeadLetterTopic">The dead letter topic, empty when there is none.</param>
/// <param name="Type"><c>DECLARATIVE</c>, <c>PROGRAMMATIC</c> or <c>STREAMING</c>.</param>
internal sealed record ActiveSubscription(
    string PubsubName,
    string Topic,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyList<ActiveRule> Rules,
    string DeadLetterTopic,
    string Type);

/// <summary>One route of a subscription.</summary>
/// <param name="Match">The CEL expression, empty for the default route.</param>
/// <param name="Path">The path in the app.</param>
internal sealed record ActiveRule(string Match, string Path);
