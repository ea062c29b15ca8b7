using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Dapr.AspNetCore;

/// <summary>Reads an app's subscriptions from the metadata of its endpoints: one entry per (component, topic).</summary>
internal static class SubscriptionList
{
    private const string RawPayload = "rawPayload";

    internal static IReadOnlyList<Subscription> From(EndpointDataSource source, SubscribeOptions? options) =>
        [.. source.Endpoints
            .OfType<RouteEndpoint>()
            .SelectMany(endpoint => Topics(endpoint, options))
            .DistinctBy(topic => (topic.PubsubName, topic.Name, topic.Match, topic.Path))
            .GroupBy(topic => (topic.PubsubName, topic.Name))
            .Select(group => Merge(group.Key.PubsubName, group.Key.Name, [.. group.OrderBy(topic => topic.Priority)]))
            .OrderBy(subscription => (subscription.PubsubName, subscription.Topic))];

    private static IEnumerable<EndpointTopic> Topics(RouteEndpoint endpoint, SubscribeOptions? options)
    {
        var entries = endpoint.Metadata.GetOrderedMetadata<IOriginalTopicMetadata>();
        var bulks = endpoint.Metadata.GetOrderedMetadata<IBulkSubscribeMetadata>();
        foreach (var topic in endpoint.Metadata.GetOrderedMetadata<ITopicMetadata>())
        {
            var bulk = bulks.FirstOrDefault(candidate => string.Equals(candidate.TopicName, topic.Name, StringComparison.Ordinal));
            yield return new EndpointTopic(
                topic.PubsubName,
                topic.Name,
                topic.Match,
                topic.Priority,
                Path(endpoint.RoutePattern),
                (topic as IDeadLetterTopicMetadata)?.DeadLetterTopic,
                Metadata(entries, topic, options),
                bulk is null ? null : new SubscriptionBulk(true, bulk.MaxMessagesCount, bulk.MaxAwaitDurationMs));
        }
    }

    private static Subscription Merge(string pubsubName, string name, IReadOnlyList<EndpointTopic> topics)
    {
        var rules = topics.Where(topic => !string.IsNullOrEmpty(topic.Match)).Select(topic => new SubscriptionRule(topic.Match, topic.Path)).ToList();
        var defaults = topics.Where(topic => string.IsNullOrEmpty(topic.Match)).Select(topic => topic.Path).ToList();
        if (defaults.Count > 1 && rules.Count > 0)
        {
            throw new InvalidOperationException($"A default subscription to topic {name} on pubsub {pubsubName} already exists: {string.Join(", ", defaults)}.");
        }

        var metadata = topics.SelectMany(topic => topic.Metadata).DistinctBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        return new Subscription(
            name,
            pubsubName,
            rules.Count == 0 ? defaults.FirstOrDefault() : null,
            rules.Count == 0 ? null : new SubscriptionRoutes(rules, defaults.FirstOrDefault()),
            metadata.Count == 0 ? null : metadata,
            topics.Select(topic => topic.DeadLetterTopic).FirstOrDefault(deadLetter => !string.IsNullOrEmpty(deadLetter)),
            topics.Select(topic => topic.Bulk).FirstOrDefault(bulk => bulk is not null));
    }

    private static Dictionary<string, string> Metadata(IReadOnlyList<IOriginalTopicMetadata> entries, ITopicMetadata topic, SubscribeOptions? options)
    {
        var owner = topic as IOwnedOriginalTopicMetadata;
        var separator = string.IsNullOrEmpty(owner?.MetadataSeparator) ? "," : owner.MetadataSeparator;
        var owned = owner?.OwnedMetadatas;
        var metadata = entries
            .Where(entry => owned is null || owned.Length == 0 || string.IsNullOrEmpty(entry.Id) || owned.Contains(entry.Id, StringComparer.Ordinal))
            .GroupBy(entry => entry.Name, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => string.Join(separator, group.Select(entry => entry.Value)), StringComparer.Ordinal);
        if ((topic as IRawTopicMetadata)?.EnableRawPayload ?? options?.EnableRawPayload ?? false)
        {
            metadata[RawPayload] = "true";
        }

        return metadata;
    }

    private static string Path(RoutePattern pattern) => string.Join('/', pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(Literal))));

    private static string Literal(RoutePatternPart part) => part is RoutePatternLiteralPart literal
        ? literal.Content
        : throw new InvalidOperationException("A subscription's route must not have parameters.");

    private sealed record EndpointTopic(
        string PubsubName,
        string Name,
        string Match,
        int Priority,
        string Path,
        string? DeadLetterTopic,
        IReadOnlyDictionary<string, string> Metadata,
        SubscriptionBulk? Bulk);
}
