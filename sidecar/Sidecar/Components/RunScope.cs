using System.Collections.Concurrent;

namespace Sidecar.Components;

/// <summary>
/// What the sidecars of one run share, in place of process-wide state: in-memory stores and brokers, the name registry.
/// A test makes one of its own, so that runs in one process never see each other.
/// </summary>
internal sealed class RunScope
{
    private readonly ConcurrentDictionary<(Type Type, string Name), Lazy<object>> _shared = new();

    /// <summary>The one instance of a type and name in this run.</summary>
    public T GetOrAdd<T>(string name, Func<T> create)
        where T : class
    {
        return (T)_shared.GetOrAdd((typeof(T), name), _ => new Lazy<object>(() => create())).Value;
    }
}
