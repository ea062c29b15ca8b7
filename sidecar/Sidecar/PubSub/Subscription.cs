using Sidecar.Cel;
using Sidecar.Components;
using Sidecar.Metadata;

namespace Sidecar.PubSub;

/// <summary>A subscription of the app, from YAML or from the app itself.</summary>
internal sealed record Subscription(
    string PubSub, string Topic, IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<Route> Routes, string? DeadLetterTopic, BulkSubscribeSpec? Bulk, string Type)
{
    /// <summary>Whether messages are no events, but bytes to be wrapped into events.</summary>
    public bool IsRaw { get; } = Metadata.TryGetValue("rawPayload", out var raw) && raw.Equals("true", StringComparison.OrdinalIgnoreCase);

    /// <summary>From a declared or programmatic subscription; throws <see cref="CelSyntaxException"/>.</summary>
    public static Subscription From(SubscriptionSpec spec, string type) => new(
        spec.PubsubName,
        spec.Topic,
        spec.Metadata,
        [.. spec.Rules.Select(rule => new Route(rule.Match, rule.Match.Trim().Length == 0 ? null : CelExpression.Parse(rule.Match.Trim()), rule.Path))],
        string.IsNullOrEmpty(spec.DeadLetterTopic) ? null : spec.DeadLetterTopic,
        spec.Bulk is { Enabled: true } bulk ? bulk : null,
        type);

    public ActiveSubscription ToActive() => new(PubSub, Topic, Metadata, [.. Routes.Select(route => new ActiveRule(route.Match, route.Path))], DeadLetterTopic ?? "", Type);
}

/// <summary>One route; without an expression it takes every event.</summary>
internal sealed record Route(string Match, CelExpression? Expression, string Path);
