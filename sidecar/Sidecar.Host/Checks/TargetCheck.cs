namespace Sidecar.Host.Checks;

/// <summary>Targets of resiliency files that nobody has: a typing mistake there means no policy at all.</summary>
internal static class TargetCheck
{
    public static IEnumerable<string> Notices(IReadOnlyList<AppDocuments> apps)
    {
        var known = apps.Select(app => app.AppId).ToHashSet(StringComparer.Ordinal);

        // A file may serve several apps, of which not every one has every component: one app that has it is enough.
        var components = apps.SelectMany(app => app.Components).Select(component => component.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var app in apps)
        {
            var endpoints = app.All.Where(document => document.Kind == "HTTPEndpoint").Select(document => document.Name).ToHashSet(StringComparer.Ordinal);
            foreach (var target in app.Policies.Spec.Targets.Keys.Order(StringComparer.Ordinal))
            {
                switch (target.Split('/', 2))
                {
                    case ["apps", var callee] when !known.Contains(callee) && !endpoints.Contains(callee) && !callee.Contains(':', StringComparison.Ordinal):
                        yield return $"{app.AppId}: the resiliency files name the target app '{callee}', which the run does not have; the apps: {StaticCheck.List(known)}";
                        break;
                    case ["components", var rest] when rest.Split('/')[0] is var name && !components.Contains(name):
                        yield return $"{app.AppId}: the resiliency files name the target component '{name}', which no app has; there are: {StaticCheck.List(components)}";
                        break;
                }
            }
        }
    }
}
