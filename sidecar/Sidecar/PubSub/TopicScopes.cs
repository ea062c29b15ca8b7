using Sidecar.Components;

namespace Sidecar.PubSub;

/// <summary>Which topics of a component an app may use (metadata <c>allowedTopics</c>, <c>protectedTopics</c>, <c>publishingScopes</c>, <c>subscriptionScopes</c>).</summary>
internal sealed record TopicScopes(IReadOnlyList<string> Allowed, IReadOnlyList<string> Protected, IReadOnlyList<string> Publishing, IReadOnlyList<string> Subscribing)
{
    public static TopicScopes From(ComponentSpec spec, string appId) =>
        new(Topics(spec["allowedTopics"]), Topics(spec["protectedTopics"]), OfApp(spec["publishingScopes"], appId), OfApp(spec["subscriptionScopes"], appId));

    public bool MayPublish(string topic) => May(topic, Publishing);

    public bool MaySubscribe(string topic) => May(topic, Subscribing);

    private static string[] Topics(string? list) => list is null ? [] : list.Replace(" ", "", StringComparison.Ordinal).Split(',');

    private static IReadOnlyList<string> OfApp(string? scopes, string appId) =>
        scopes is null ? [] : [.. scopes.Replace(" ", "", StringComparison.Ordinal).Split(';').Select(part => part.Split('=')).Where(pair => pair.Length > 1 && pair[0] == appId).SelectMany(pair => pair[1].Split(','))];

    private bool May(string topic, IReadOnlyList<string> scope)
    {
        if (Allowed.Count > 0 && !Allowed.Contains(topic, StringComparer.Ordinal))
        {
            return false;
        }

        return (scope.Count == 0 && !Protected.Contains(topic, StringComparer.Ordinal)) || scope.Contains(topic, StringComparer.Ordinal);
    }
}
