using Sidecar.Components;
using Sidecar.Host.RunFiles;
using Sidecar.Resiliency;

namespace Sidecar.Host.Checks;

/// <summary>The resource documents that an app of the run sees, as they are written: nothing is resolved or connected.</summary>
internal sealed record AppDocuments(string AppId, IReadOnlyList<ResourceDocument> All)
{
    /// <summary>Its components.</summary>
    public IEnumerable<ResourceDocument> Components => All.Where(document => document.Kind == "Component");

    /// <summary>Its declarative subscriptions.</summary>
    public IEnumerable<SubscriptionSpec> Subscriptions => All.Where(document => document.Kind == "Subscription").Select(SubscriptionReader.Read);

    /// <summary>The policies of its targets.</summary>
    public PolicyTargets Policies => new(
        ResiliencyReader.Read(All.Where(document => document.Kind == "Resiliency"), []),
        Components.GroupBy(component => component.Name, StringComparer.Ordinal).ToDictionary(group => group.Key, group => TypeOf(group.First()), StringComparer.Ordinal));

    /// <summary>The documents of every app, instances of one app once. Unreadable files are the resource loader's business.</summary>
    public static IReadOnlyList<AppDocuments> Read(RunFile file) => [.. file.Apps.DistinctBy(app => app.AppId, StringComparer.Ordinal).Select(Read)];

    /// <summary>The type of a component, e.g. <c>state.redis</c>.</summary>
    public static string TypeOf(ResourceDocument component) => component.Root.TextAt("spec", "type") ?? "";

    /// <summary>A metadata value of a component that is written in the file; null when absent or kept elsewhere.</summary>
    public static string? Metadata(ResourceDocument component, string name) =>
        component.Root.ListAt("spec", "metadata").Where(item => item.TextAt("name")?.Equals(name, StringComparison.OrdinalIgnoreCase) == true).Select(item => item.At("value").AsValue()).FirstOrDefault();

    private static AppDocuments Read(AppDefinition app) => new(
        app.AppId,
        [.. ResourceFiles.Read(app.ResourcesPaths, []).Where(document => document.Scopes.Count == 0 || document.Scopes.Contains(app.AppId, StringComparer.Ordinal))]);
}
