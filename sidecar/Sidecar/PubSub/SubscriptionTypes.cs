using System.Text.Json;
using Sidecar.Api.Http;

namespace Sidecar.PubSub;

/// <summary>Checks the types in the app's answer to <c>GET /dapr/subscribe</c>. As in Dapr one wrong type voids the whole list: an app must not run on half of its subscriptions.</summary>
internal static class SubscriptionTypes
{
    private static readonly (string Path, JsonValueKind Kind)[] Members =
    [
        ("pubsubname", JsonValueKind.String),
        ("topic", JsonValueKind.String),
        ("deadLetterTopic", JsonValueKind.String),
        ("route", JsonValueKind.String),
        ("metadata", JsonValueKind.Object),
        ("routes", JsonValueKind.Object),
        ("routes.default", JsonValueKind.String),
        ("routes.rules", JsonValueKind.Array),
        ("bulkSubscribe", JsonValueKind.Object),
        ("bulkSubscribe.enabled", JsonValueKind.True),
        ("bulkSubscribe.maxMessagesCount", JsonValueKind.Number),
        ("bulkSubscribe.maxAwaitDurationMs", JsonValueKind.Number),
    ];

    /// <summary>What is wrong with an entry of the list, or null.</summary>
    public static string? Check(JsonElement entry)
    {
        if (entry.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
        {
            return $"cannot unmarshal {GoJson.KindOf(entry)} into a subscription";
        }

        foreach (var (path, kind) in Members)
        {
            if (At(entry, path) is { } value && !IsOf(value, kind))
            {
                return Wrong(value, path);
            }
        }

        return CheckTexts(At(entry, "metadata"), "metadata") ?? CheckRules(At(entry, "routes.rules"));
    }

    private static string? CheckRules(JsonElement? rules)
    {
        foreach (var rule in rules is { } list ? list.EnumerateArray() : default)
        {
            if (rule.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
            {
                return Wrong(rule, "routes.rules");
            }

            foreach (var name in (ReadOnlySpan<string>)["match", "path"])
            {
                if (At(rule, name) is { ValueKind: not JsonValueKind.String } value)
                {
                    return Wrong(value, $"routes.rules.{name}");
                }
            }
        }

        return null;
    }

    private static string? CheckTexts(JsonElement? map, string path)
    {
        foreach (var member in map is { } given ? given.EnumerateObject() : default)
        {
            if (member.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
            {
                return Wrong(member.Value, path);
            }
        }

        return null;
    }

    private static bool IsOf(JsonElement value, JsonValueKind kind) => kind switch
    {
        JsonValueKind.True => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        JsonValueKind.Number => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _),
        _ => value.ValueKind == kind,
    };

    private static JsonElement? At(JsonElement element, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (element.ValueKind != JsonValueKind.Object || GoJson.Member(element, name) is not { ValueKind: not JsonValueKind.Null } member)
            {
                return null;
            }

            element = member;
        }

        return element;
    }

    private static string Wrong(JsonElement value, string path) => $"cannot unmarshal {GoJson.KindOf(value)} into '{path}' of a subscription";
}
