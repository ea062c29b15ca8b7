using System.Collections.Concurrent;

namespace Sidecar.Workflows.Engine;

/// <summary>
/// Instances that could not go on. Each waits for itself, longer every time (1 s doubling to 1 min), until one of its steps is
/// durable; the others never wait for it.
/// </summary>
internal sealed class Quarantine
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, (int Failures, bool Waits, string Reason)> _instances = new(StringComparer.Ordinal);

    /// <summary>How many instances are kept apart.</summary>
    public int Count => _instances.Count;

    /// <summary>Why an instance is kept apart; null when it is not.</summary>
    public string? ReasonOf(string instanceId) => _instances.TryGetValue(instanceId, out var known) ? known.Reason : null;

    /// <summary>Why instances are kept apart, and how many for each reason.</summary>
    public IReadOnlyList<string> Reasons() =>
        [.. _instances.Values.CountBy(known => known.Reason).OrderByDescending(reason => reason.Value).Select(reason => $"{reason.Value} workflow instances cannot go on and are tried again: {reason.Key}")];

    /// <summary>The pause after the given failure (1 = the first).</summary>
    public static TimeSpan PauseAfter(int failures) =>
        failures > 6 ? Longest : TimeSpan.FromSeconds(1 << (failures - 1));

    /// <summary>Notes a failure; false when somebody waits for the instance already.</summary>
    public bool TryEnter(string instanceId, string reason, out TimeSpan pause)
    {
        var entered = false;
        var (failures, _, _) = _instances.AddOrUpdate(
            instanceId,
            _ =>
            {
                entered = true;
                return (1, true, reason);
            },
            (_, known) =>
            {
                entered = !known.Waits;
                return (entered ? known.Failures + 1 : known.Failures, true, reason);
            });
        pause = PauseAfter(failures);
        return entered;
    }

    /// <summary>The pause is over; whether the instance can go on shows now.</summary>
    public void Leave(string instanceId)
    {
        if (_instances.TryGetValue(instanceId, out var known))
        {
            _instances.TryUpdate(instanceId, known with { Waits = false }, known);
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
