namespace Sidecar.Components;

/// <summary>Turns a validated Subscription document of either version into a <see cref="SubscriptionSpec"/>.</summary>
internal static class SubscriptionReader
{
    public static SubscriptionSpec Read(ResourceDocument document)
    {
        var spec = document.Root.At("spec");
        var rules = spec.ListAt("routes", "rules")
            .Select(rule => new SubscriptionRule(rule.TextAt("match") ?? "", rule.TextAt("path") ?? ""))
            .ToList();
        if ((spec.TextAt("routes", "default") ?? spec.TextAt("route")) is { } path)
        {
            rules.Add(new SubscriptionRule("", path));
        }

        return new SubscriptionSpec(
            document.Name,
            spec.TextAt("pubsubname") ?? "",
            spec.TextAt("topic") ?? "",
            rules,
            spec.TextAt("deadLetterTopic"),
            spec.EntriesAt("metadata").ToDictionary(pair => pair.Key, pair => pair.Value.AsValue() ?? "", StringComparer.Ordinal),
            spec.At("bulkSubscribe") is null ? null : new BulkSubscribeSpec(Is(spec.TextAt("bulkSubscribe", "enabled")), Number("maxMessagesCount"), Number("maxAwaitDurationMs")),
            document.File);

        static bool Is(string? flag) => string.Equals(flag, "true", StringComparison.OrdinalIgnoreCase);
        int Number(string key) => int.TryParse(spec.TextAt("bulkSubscribe", key), out var number) ? number : 0;
    }
}
