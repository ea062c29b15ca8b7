namespace Dapr.AspNetCore;

/// <summary>An entry of GET /dapr/subscribe; absent members are left out.</summary>
internal sealed record Subscription(
    string Topic,
    string PubsubName,
    string? Route,
    SubscriptionRoutes? Routes,
    IReadOnlyDictionary<string, string>? Metadata,
    string? DeadLetterTopic,
    SubscriptionBulk? BulkSubscribe);

internal sealed record SubscriptionRoutes(IReadOnlyList<SubscriptionRule>? Rules, string? Default);

internal sealed record SubscriptionRule(string Match, string Path);

internal sealed record SubscriptionBulk(bool Enabled, int MaxMessagesCount, int MaxAwaitDurationMs);
