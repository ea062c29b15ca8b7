namespace Sidecar.Components;

/// <summary>A declarative subscription. v1alpha1's <c>route</c> is a default route here.</summary>
/// <param name="Name">The resource's name.</param>
/// <param name="PubsubName">The pub/sub component.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Rules">The rules in order; the default route, if any, is last with an empty match.</param>
/// <param name="DeadLetterTopic">The dead letter topic, or null.</param>
/// <param name="Metadata">The metadata, e.g. <c>rawPayload</c>.</param>
/// <param name="Bulk">Bulk delivery, or null.</param>
/// <param name="File">The file it came from.</param>
internal sealed record SubscriptionSpec(
    string Name,
    string PubsubName,
    string Topic,
    IReadOnlyList<SubscriptionRule> Rules,
    string? DeadLetterTopic,
    IReadOnlyDictionary<string, string> Metadata,
    BulkSubscribeSpec? Bulk,
    string File);

/// <summary>One route: a CEL expression (empty = always) and the path in the app.</summary>
internal sealed record SubscriptionRule(string Match, string Path);

/// <summary>Bulk delivery of a subscription.</summary>
/// <param name="Enabled">Whether it is on.</param>
/// <param name="MaxMessagesCount">The most messages in one delivery; 0 = default (100).</param>
/// <param name="MaxAwaitDurationMs">The longest wait for more messages, in ms; 0 = default (1000).</param>
internal sealed record BulkSubscribeSpec(bool Enabled, int MaxMessagesCount, int MaxAwaitDurationMs);
