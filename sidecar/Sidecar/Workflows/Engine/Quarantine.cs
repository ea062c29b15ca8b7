using System.Collections.Concurrent;

namespace Sidecar.Workflows.Engine;

/// <summary>
/// Instances that could not go on. Each waits for itself, longer every time (1 s doubling to 1 min), until one of its steps is
/// durable; the others never wait for it.
/// </summary>
internal sealed class Quarantine
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, (int Failures, bool Waits)> _instances = new(StringComparer.Ordinal);

    /// <summary>How many instances are kept apart.</summary>
    public int Count => _instances.Count;

    /// <summary>The pause after the given failure (1 = the first).</summary>
    public static TimeSpan PauseAfter(int failures) =>
        failures > 6 ? Longest : TimeSpan.FromSeconds(1 << (failures - 1));

    /// <summary>Notes a failure; false when somebody waits for the instance already.</summary>
    public bool TryEnter(string instanceId, out TimeSpan pause)
    {
        var entered = false;
        var (failures, _) = _instances.AddOrUpdate(
            instanceId,
            _ =>
            {
                entered = true;
                return (1, true);
            },
            (_, known) =>
            {
                entered = !known.Waits;
                return (entered ? known.Failures + 1 : known.Failures, true);
            });
        pause = PauseAfter(failures);
        return entered;
    }

    /// <summary>The pause is over; whether the instance can go on shows now.</summary>
    public void Leave(string instanceId)
    {
        if (_instances.TryGetValue(instanceId, out var known))
        {
            _instances.TryUpdate(instanceId, (known.Failures, false), known);
        }
    }

    /// <summary>The instance goes on.</summary>
    public void Release(string instanceId)
    {
        if (_instances.TryGetValue(instanceId, out var known) && !known.Waits)
        {
            _instances.TryRemove(KeyValuePair.Create(instanceId, known));
        }
    }
}
