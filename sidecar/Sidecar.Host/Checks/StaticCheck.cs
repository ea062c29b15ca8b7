using Sidecar.Components;
using Sidecar.Host.RunFiles;

namespace Sidecar.Host.Checks;

/// <summary>
/// What can be said about a run from its files alone, beyond each file for itself: things that name each other. Programs may make some of
/// it right (subscribe themselves, say), so what is only likely to be a mistake is a notice.
/// </summary>
internal static class StaticCheck
{
    /// <summary>The notices.</summary>
    public static IEnumerable<string> Notices(RunFile file)
    {
        var apps = AppDocuments.Read(file);
        var all = ResourceFiles.Read(file.Apps.SelectMany(app => app.ResourcesPaths).Distinct(StringComparer.Ordinal), []);
        IEnumerable<string> notices = [.. ScopeCheck.Notices(all, apps), .. TopicCheck.Notices(apps), .. TargetCheck.Notices(apps), .. ActorStoreCheck.Notices(apps)];
        return notices.Distinct(StringComparer.Ordinal);
    }

    /// <summary>What cannot work.</summary>
    public static IEnumerable<Problem> Problems(RunFile file)
    {
        var apps = AppDocuments.Read(file);
        return [.. TopicCheck.Problems(apps), .. ActorStoreCheck.Problems(apps)];
    }

    /// <summary>Names for a message.</summary>
    internal static string List(IEnumerable<string> names) => names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList() is { Count: > 0 } known ? string.Join(", ", known) : "none";
}
