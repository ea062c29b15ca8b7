using Sidecar.Components;
using Sidecar.Host.RunFiles;

namespace Sidecar.Host.Checks;

/// <summary>Actors, workflows and reminders need exactly one state component with <c>actorStateStore: "true"</c> that their app sees.</summary>
internal static class ActorStoreCheck
{
    private const string Field = "actorStateStore";

    public static IEnumerable<string> Notices(IReadOnlyList<AppDocuments> apps)
    {
        foreach (var app in apps.Where(app => !Stores(app).Any()))
        {
            foreach (var actor in app.Policies.Spec.Targets.Keys.Where(target => target.StartsWith("actors/", StringComparison.Ordinal)).Select(target => target["actors/".Length..]))
            {
                yield return $"{app.AppId}: the resiliency files name the actor '{actor}', but no state component that the app sees has {Field} \"true\": its actors, workflows and reminders are refused";
            }
        }

        if (!apps.Any(app => Stores(app).Any()))
        {
            yield return $"no state component has {Field} \"true\": actors, workflows and reminders are refused, jobs are lost when the run ends";
        }
    }

    public static IEnumerable<Problem> Problems(IReadOnlyList<AppDocuments> apps) =>
        from app in apps
        let stores = Stores(app).ToList()
        where stores.Count > 1
        select new Problem(stores[1].File, $"spec.metadata '{Field}': is also set in '{stores[0].Name}' ({stores[0].File}), and {app.AppId} sees both", "one state component of an app may have it");

    private static IEnumerable<ResourceDocument> Stores(AppDocuments app) => app.Components.Where(component =>
        AppDocuments.TypeOf(component).StartsWith("state.", StringComparison.OrdinalIgnoreCase) && string.Equals(AppDocuments.Metadata(component, Field), "true", StringComparison.OrdinalIgnoreCase));
}
