using System.Collections.Concurrent;
using Sidecar.Components;
using Sidecar.Invocation;

namespace Sidecar.NameResolution;

/// <summary>
/// The sidecars of a run by app id: names resolve in process, never by multicast. Calls of an app go to its instances in turn. What the run does not
/// have may be found elsewhere, when a sidecar stands alone.
/// </summary>
internal sealed class AppRegistry
{
    private readonly ConcurrentDictionary<string, AppInstances> _apps = new(StringComparer.Ordinal);

    /// <summary>The registry of a run.</summary>
    public static AppRegistry Of(RunScope run) => run.GetOrAdd("apps", () => new AppRegistry());

    /// <summary>Finds the sidecars of other processes; default none.</summary>
    public Func<string, ICallee?> Elsewhere { get; set; } = _ => null;

    /// <summary>The known app ids.</summary>
    public IEnumerable<string> AppIds => _apps.Where(app => !app.Value.IsEmpty).Select(app => app.Key).Order(StringComparer.Ordinal);

    /// <summary>Adds the sidecar of an instance; false when that instance of the app is there already.</summary>
    public bool TryAdd(string appId, int instance, ICallee callee) => _apps.GetOrAdd(appId, _ => new AppInstances()).TryAdd(instance, callee);

    /// <summary>Removes a sidecar.</summary>
    public void Remove(string appId, ICallee callee) => _apps.GetValueOrDefault(appId)?.Remove(callee);

    /// <summary>Whether another instance of the app is available.</summary>
    public bool HasAvailableBesides(string appId, int instance) => _apps.TryGetValue(appId, out var instances) && instances.HasAvailableBesides(instance);

    /// <summary>The sidecar whose turn it is, an available one if there is any; null when nobody has the app id.</summary>
    public ICallee? Find(string appId) => (_apps.TryGetValue(appId, out var instances) ? instances.Next() : null) ?? Elsewhere(appId);
}
