using System.Text.Json;
using Dapr.Proto.Runtime.V1;
using Sidecar.Api.Http;
using Sidecar.Components;

namespace Sidecar.PubSub;

/// <summary>Reads the app's answer to <c>GET /dapr/subscribe</c>.</summary>
internal static class SubscriptionList
{
    /// <summary>The subscriptions; null and the problem when the answer is not understood. Entries without a route are left out, as in Dapr.</summary>
    public static IReadOnlyList<SubscriptionSpec>? Read(ReadOnlyMemory<byte> body, out string? error)
    {
        using var document = GoJson.Decode(body, out error);
        if (document is null)
        {
            // An empty answer is an app without subscriptions.
            return error == "EOF" ? [] : null;
        }

        if (document.RootElement.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        if (document.RootElement.ValueKind != JsonValueKind.Array)
        {
            error = $"json: cannot unmarshal {GoJson.KindOf(document.RootElement)} into Go value of type []pubsub.SubscriptionJSON";
            return null;
        }

        var specs = new List<SubscriptionSpec>();
        foreach (var element in document.RootElement.EnumerateArray())
        {
            if ((error = SubscriptionTypes.Check(element)) is not null)
            {
                return null;
            }

            if (element.ValueKind == JsonValueKind.Object)
            {
                specs.Add(Read(element));
            }
        }

        return [.. specs.Where(spec => spec.Rules.Count > 0)];
    }

    /// <summary>A subscription as an app of protocol gRPC lists it; without routes everything goes to the root.</summary>
    public static SubscriptionSpec From(TopicSubscription listed)
    {
        var rules = (listed.Routes?.Rules ?? []).Select(rule => new SubscriptionRule(rule.Match, rule.Path)).ToList();
        if (listed.Routes?.Default is { Length: > 0 } path)
        {
            rules.Add(new SubscriptionRule("", path));
        }
        else if (rules.Count == 0)
        {
            rules.Add(new SubscriptionRule("", "/"));
        }

        var bulk = listed.BulkSubscribe is { } config ? new BulkSubscribeSpec(config.Enabled, config.MaxMessagesCount, config.MaxAwaitDurationMs) : null;
        return new SubscriptionSpec("", listed.PubsubName, listed.Topic, rules, listed.DeadLetterTopic, new Dictionary<string, string>(listed.Metadata, StringComparer.OrdinalIgnoreCase), bulk, "ListTopicSubscriptions");
    }

    private static SubscriptionSpec Read(JsonElement element)
    {
        var rules = new List<SubscriptionRule>();
        var standard = Text(element, "route");
        if (GoJson.Member(element, "routes") is { ValueKind: JsonValueKind.Object } routes)
        {
            if (GoJson.Member(routes, "rules") is { ValueKind: JsonValueKind.Array } list)
            {
                rules.AddRange(list.EnumerateArray().Where(rule => rule.ValueKind == JsonValueKind.Object).Select(rule => new SubscriptionRule(Text(rule, "match"), Text(rule, "path"))));
            }

            standard = Text(routes, "default") is { Length: > 0 } path ? path : standard;
        }

        if (standard.Length > 0)
        {
            rules.Add(new SubscriptionRule("", standard));
        }

        return new SubscriptionSpec("", Text(element, "pubsubname"), Text(element, "topic"), rules, Text(element, "deadLetterTopic"), Metadata(element), Bulk(element), "GET /dapr/subscribe");
    }

    private static BulkSubscribeSpec? Bulk(JsonElement element) =>
        GoJson.Member(element, "bulkSubscribe") is { ValueKind: JsonValueKind.Object } bulk
            ? new BulkSubscribeSpec(GoJson.Member(bulk, "enabled") is { ValueKind: JsonValueKind.True }, Number(bulk, "maxMessagesCount"), Number(bulk, "maxAwaitDurationMs"))
            : null;

    private static int Number(JsonElement element, string name) =>
        GoJson.Member(element, name) is { ValueKind: JsonValueKind.Number } member && member.TryGetInt32(out var number) ? number : 0;

    private static Dictionary<string, string> Metadata(JsonElement element)
    {
        var metadata = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (GoJson.Member(element, "metadata") is { ValueKind: JsonValueKind.Object } given)
        {
            foreach (var member in given.EnumerateObject())
            {
                metadata[member.Name] = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText();
            }
        }

        return metadata;
    }

    private static string Text(JsonElement element, string name) =>
        GoJson.Member(element, name) is { ValueKind: JsonValueKind.String } member ? member.GetString()! : "";
}
