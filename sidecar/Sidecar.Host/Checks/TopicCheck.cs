using Sidecar.Components;
using Sidecar.Host.RunFiles;

namespace Sidecar.Host.Checks;

/// <summary>Topics and subscriptions that do not meet. Only what the files say is known: an app may subscribe by its own answer to <c>/dapr/subscribe</c>.</summary>
internal static class TopicCheck
{
    private const string Unless = "unless an app subscribes to it itself (GET /dapr/subscribe), nobody gets what is published there";

    public static IEnumerable<Problem> Problems(IReadOnlyList<AppDocuments> apps) =>
        from subscription in apps.SelectMany(app => app.Subscriptions)
        where apps.All(app => !Brokers(app).Any(broker => broker.Name == subscription.PubsubName))
        select new Problem(subscription.File, $"spec.pubsubname: there is no pub/sub component '{subscription.PubsubName}'", $"there are: {StaticCheck.List(apps.SelectMany(Brokers).Select(broker => broker.Name))}");

    public static IEnumerable<string> Notices(IReadOnlyList<AppDocuments> apps)
    {
        var subscribed = apps.SelectMany(app => app.Subscriptions).ToList();
        foreach (var subscription in subscribed.Where(subscription => subscription.DeadLetterTopic is { } topic && !IsSubscribed(subscription.PubsubName, topic)))
        {
            yield return $"{subscription.File}: spec.deadLetterTopic: no subscription takes topic '{subscription.DeadLetterTopic}' of '{subscription.PubsubName}'; {Unless}";
        }

        foreach (var app in apps)
        {
            foreach (var subscription in app.Subscriptions.Where(subscription => !MaySubscribe(app, subscription)))
            {
                yield return $"{subscription.File}: {app.AppId} may not subscribe to topic '{subscription.Topic}': the scopes of '{subscription.PubsubName}' do not allow it";
            }

            foreach (var broker in Brokers(app))
            {
                foreach (var topic in Published(broker).Where(topic => !IsSubscribed(broker.Name, topic)))
                {
                    yield return $"{broker.File}: no subscription takes topic '{topic}' of '{broker.Name}'; {Unless}";
                }
            }
        }

        bool IsSubscribed(string pubSub, string topic) => subscribed.Exists(subscription => subscription.PubsubName == pubSub && Covers(subscription.Topic, topic));
    }

    private static IEnumerable<ResourceDocument> Brokers(AppDocuments app) => app.Components.Where(component => AppDocuments.TypeOf(component).StartsWith("pubsub.", StringComparison.OrdinalIgnoreCase));

    private static bool Covers(string pattern, string topic) => pattern == topic || (pattern.EndsWith('*') && topic.StartsWith(pattern[..^1], StringComparison.Ordinal));

    // The topics that the component's own scopes let somebody publish to.
    private static IEnumerable<string> Published(ResourceDocument broker) =>
        (AppDocuments.Metadata(broker, "publishingScopes") ?? "").Replace(" ", "", StringComparison.Ordinal).Split(';')
            .Select(part => part.Split('=')).Where(pair => pair.Length > 1).SelectMany(pair => pair[1].Split(',', StringSplitOptions.RemoveEmptyEntries))
            .Distinct(StringComparer.Ordinal);

    private static bool MaySubscribe(AppDocuments app, SubscriptionSpec subscription)
    {
        if (Brokers(app).FirstOrDefault(broker => broker.Name == subscription.PubsubName) is not { } broker)
        {
            return true;
        }

        string[] names = ["allowedTopics", "protectedTopics", "publishingScopes", "subscriptionScopes"];
        var metadata = names.Select(name => KeyValuePair.Create(name, AppDocuments.Metadata(broker, name) ?? "")).ToDictionary(StringComparer.OrdinalIgnoreCase);
        return PubSub.TopicScopes.From(new ComponentSpec(broker.Name, "", "", metadata, broker.File), app.AppId).MaySubscribe(subscription.Topic);
    }
}
