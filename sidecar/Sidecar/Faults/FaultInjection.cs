using Sidecar.Components;

namespace Sidecar.Faults;

/// <summary>
/// The faults that are injected into the sidecars of one run. Off unless asked for: without rules each place that asks reads one field and
/// goes on. Faults happen where they do in real life, between sidecar and app, component or worker: none makes the sidecar acknowledge what
/// it does not have.
/// </summary>
internal sealed class FaultInjection(Func<double> random)
{
    private readonly Lock _gate = new();
    private volatile ActiveFault[] _faults = [];

    /// <summary>The faults of a run.</summary>
    public static FaultInjection Of(RunScope run) => run.GetOrAdd("faults", () => new FaultInjection(Random.Shared.NextDouble));

    /// <summary>Whether there is any rule.</summary>
    public bool IsOn => _faults.Length > 0;

    /// <summary>The rules at work.</summary>
    public IReadOnlyList<ActiveFault> Active => _faults;

    /// <summary>Puts these rules in the place of all others.</summary>
    public void Replace(IEnumerable<FaultRule> rules)
    {
        lock (_gate)
        {
            _faults = [.. rules.Select(rule => new ActiveFault(rule))];
        }
    }

    /// <summary>Adds a rule, or replaces the one of its name.</summary>
    public void Set(FaultRule rule)
    {
        lock (_gate)
        {
            _faults = [.. _faults.Where(fault => fault.Rule.Name != rule.Name), new ActiveFault(rule)];
        }
    }

    /// <summary>Removes the rule of a name; false when there is none.</summary>
    public bool Remove(string name)
    {
        lock (_gate)
        {
            var left = _faults.Where(fault => fault.Rule.Name != name).ToArray();
            var removed = left.Length < _faults.Length;
            _faults = left;
            return removed;
        }
    }

    /// <summary>What goes wrong at a place this time; null when nothing does.</summary>
    public Fault? At(FaultTarget target)
    {
        List<ActiveFault>? hits = null;
        foreach (var fault in _faults)
        {
            if (fault.IsAbout(target) && fault.Hit(random))
            {
                (hits ??= []).Add(fault);
            }
        }

        return hits is null ? null : new Fault(hits, random);
    }
}
