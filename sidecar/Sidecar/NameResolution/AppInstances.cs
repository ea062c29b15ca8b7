using System.Collections.Immutable;
using Sidecar.Invocation;

namespace Sidecar.NameResolution;

/// <summary>The sidecars of one app id, by number of the instance.</summary>
internal sealed class AppInstances
{
    private readonly Lock _gate = new();
    private readonly SortedList<int, ICallee> _byNumber = [];
    private ImmutableArray<ICallee> _instances = [];
    private uint _turn;

    /// <summary>Whether the last one has gone.</summary>
    public bool IsEmpty => _instances.IsEmpty;

    /// <summary>Adds an instance; false when its number is taken.</summary>
    public bool TryAdd(int number, ICallee callee)
    {
        lock (_gate)
        {
            if (!_byNumber.TryAdd(number, callee))
            {
                return false;
            }

            _instances = [.. _byNumber.Values];
            return true;
        }
    }

    /// <summary>Removes an instance.</summary>
    public void Remove(ICallee callee)
    {
        lock (_gate)
        {
            if (_byNumber.IndexOfValue(callee) is var index and >= 0)
            {
                _byNumber.RemoveAt(index);
                _instances = [.. _byNumber.Values];
            }
        }
    }

    /// <summary>Whether another one than this is available.</summary>
    public bool HasAvailableBesides(int number)
    {
        lock (_gate)
        {
            return _byNumber.Any(instance => instance.Key != number && instance.Value.IsAvailable);
        }
    }

    /// <summary>The next one of the available instances in turn; of all instances when none is available, so that the caller gets its error; null when there is none.</summary>
    public ICallee? Next()
    {
        var instances = _instances;
        if (instances.Length < 2)
        {
            return instances.IsEmpty ? null : instances[0];
        }

        var turn = Interlocked.Increment(ref _turn);
        var available = instances.Count(callee => callee.IsAvailable);
        var left = available == 0 ? 0 : (int)(turn % (uint)available);
        foreach (var callee in instances)
        {
            if (callee.IsAvailable && left-- == 0)
            {
                return callee;
            }
        }

        // None is available, or one went away while the turns were counted.
        return instances[(int)(turn % (uint)instances.Length)];
    }
}
