using System.Collections.Concurrent;
using Sidecar.Components;
using Sidecar.Invocation;

namespace Sidecar.NameResolution;

/// <summary>The sidecars of a run by app id: names resolve in process, never by multicast.</summary>
internal sealed class AppRegistry
{
    private readonly ConcurrentDictionary<string, ICallee> _apps = new(StringComparer.Ordinal);

    /// <summary>The registry of a run.</summary>
    public static AppRegistry Of(RunScope run) => run.GetOrAdd("apps", () => new AppRegistry());

    /// <summary>The known app ids.</summary>
    public IEnumerable<string> AppIds => _apps.Keys.Order(StringComparer.Ordinal);

    /// <summary>Adds a sidecar; false when the app id is taken.</summary>
    public bool TryAdd(string appId, ICallee callee) => _apps.TryAdd(appId, callee);

    /// <summary>Removes a sidecar.</summary>
    public void Remove(string appId, ICallee callee) => _apps.TryRemove(KeyValuePair.Create(appId, callee));

    /// <summary>The sidecar of an app id, or null.</summary>
    public ICallee? Find(string appId) => _apps.GetValueOrDefault(appId);
}
