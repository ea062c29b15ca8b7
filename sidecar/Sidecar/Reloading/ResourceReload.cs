using System.Text.Json;
using Sidecar.Components;

namespace Sidecar.Reloading;

/// <summary>The resources of a sidecar as they are to be from now on, and what that changes.</summary>
internal sealed record ResourceReload
{
    private static readonly string[] OutboxFields = ["outboxPublishPubsub", "outboxPublishTopic"];

    /// <summary>The resources to come; components that cannot be exchanged while the sidecar runs are in it as they were.</summary>
    public required AppResources After { get; init; }

    /// <summary>What changes, in words, e.g. <c>component pubsub changed</c>.</summary>
    public required IReadOnlyList<string> Changes { get; init; }

    /// <summary>What only a restart of the sidecar changes, in words.</summary>
    public required IReadOnlyList<string> Postponed { get; init; }

    /// <summary>The types of the components that are new or changed.</summary>
    public required IReadOnlyList<string> Loaded { get; init; }

    /// <summary>Whether the resiliency files change.</summary>
    public required bool ChangesResiliency { get; init; }

    /// <summary>The components to come of a building block.</summary>
    public IEnumerable<ComponentSpec> ComponentsOf(string buildingBlock) => After.Components.Where(component => component.Type.StartsWith(buildingBlock + ".", StringComparison.Ordinal));

    /// <summary>Compares.</summary>
    /// <param name="kinds">The building blocks whose components can be exchanged, e.g. <c>state</c>.</param>
    public static ResourceReload Of(AppResources before, AppResources after, IReadOnlyCollection<string> kinds)
    {
        var (changes, postponed, loaded) = (new List<string>(), new List<string>(), new List<string>());
        var old = before.Components.ToDictionary(component => component.Name, StringComparer.Ordinal);
        var components = new List<ComponentSpec>();
        foreach (var component in after.Components)
        {
            var was = old.GetValueOrDefault(component.Name);
            old.Remove(component.Name);
            if (was?.IsSameAs(component) == true)
            {
                components.Add(was with { File = component.File });
            }
            else if (IsFixed(component, kinds) || (was is not null && IsFixed(was, kinds)))
            {
                postponed.Add($"component {component.Name} ({component.Type}) {(was is null ? "added" : "changed")}");
                components.AddRange(was is null ? [] : [was]);
            }
            else
            {
                changes.Add($"component {component.Name} {(was is null ? "added" : "changed")}");
                components.Add(component);
                loaded.Add(component.Type);
            }
        }

        foreach (var gone in old.Values)
        {
            var stays = IsFixed(gone, kinds);
            (stays ? postponed : changes).Add($"component {gone.Name} removed");
            components.AddRange(stays ? [gone] : []);
        }

        postponed.AddRange(IsSame(before.Configuration, after.Configuration) ? [] : ["Configuration changed"]);
        postponed.AddRange(IsSame(before.HttpEndpoints, after.HttpEndpoints) ? [] : ["HTTP endpoints changed"]);
        var resiliency = !before.Resiliency.Select(document => (document.Name, document.Root)).SequenceEqual(after.Resiliency.Select(document => (document.Name, document.Root)));
        changes.AddRange(resiliency ? ["resiliency changed"] : []);
        changes.AddRange(before.Subscriptions.Select(KeyOf).SequenceEqual(after.Subscriptions.Select(KeyOf), StringComparer.Ordinal) ? [] : ["subscriptions changed"]);
        return new ResourceReload
        {
            After = after with { Components = components, Configuration = before.Configuration, HttpEndpoints = before.HttpEndpoints },
            Changes = changes,
            Postponed = postponed,
            Loaded = loaded,
            ChangesResiliency = resiliency,
        };
    }

    /// <summary>What makes two subscriptions the same.</summary>
    public static string KeyOf(SubscriptionSpec subscription) => JsonSerializer.Serialize(subscription);

    // By value: records that hold lists are equal to none but themselves.
    private static bool IsSame<T>(T before, T after) => JsonSerializer.Serialize(before) == JsonSerializer.Serialize(after);

    // Actors, reminders, workflows and the outbox keep what they have open for as long as the sidecar lives.
    private static bool IsFixed(ComponentSpec component, IReadOnlyCollection<string> kinds) =>
        !kinds.Contains(component.Type.Split('.')[0])
        || string.Equals(component["actorStateStore"], "true", StringComparison.OrdinalIgnoreCase)
        || Array.Exists(OutboxFields, field => component[field] is not null);
}
