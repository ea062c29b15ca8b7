using Sidecar.Components;

namespace Sidecar.Host.Checks;

/// <summary>Scopes that name apps which the run does not have.</summary>
internal static class ScopeCheck
{
    public static IEnumerable<string> Notices(IReadOnlyList<ResourceDocument> documents, IReadOnlyList<AppDocuments> apps)
    {
        var known = apps.Select(app => app.AppId).ToHashSet(StringComparer.Ordinal);
        foreach (var document in documents.Where(document => document.Scopes.Count > 0))
        {
            var unknown = document.Scopes.Where(scope => !known.Contains(scope)).ToList();
            if (unknown.Count == document.Scopes.Count)
            {
                yield return $"{document.File}: scopes: no app of the run sees the {document.Kind} '{document.Name}'; the apps: {StaticCheck.List(known)}";
            }
            else if (unknown.Count > 0)
            {
                yield return $"{document.File}: scopes: the run has no app {string.Join(", ", unknown.Select(name => $"'{name}'"))}; the apps: {StaticCheck.List(known)}";
            }
        }
    }
}
