namespace Sidecar.Workflows.Store;

/// <summary>What the in-memory store keeps for one app; it outlives the sidecar that uses it, as a database would.</summary>
internal sealed class InMemoryWorkflowData
{
    public Lock Gate { get; } = new();

    public long Epoch { get; set; }

    public SortedDictionary<string, InstanceRow> Instances { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, InMemoryRun> Runs { get; } = new(StringComparer.Ordinal);

    public PriorityTimers Timers { get; } = new();

    /// <summary>The open work of an instance.</summary>
    public InMemoryRun Run(string instanceId)
    {
        if (!Runs.TryGetValue(instanceId, out var run))
        {
            Runs[instanceId] = run = new InMemoryRun();
        }

        return run;
    }
}

/// <summary>History and open work of one instance.</summary>
internal sealed class InMemoryRun
{
    public SortedDictionary<(long Generation, int Sequence), byte[]> History { get; } = [];

    public SortedDictionary<long, InboxRow> Inbox { get; } = [];

    public SortedDictionary<(long Generation, int TaskId), TaskRow> Tasks { get; } = [];

    public bool IsEmpty => History.Count == 0 && Inbox.Count == 0 && Tasks.Count == 0;
}

/// <summary>Timers by instance and by due time.</summary>
internal sealed class PriorityTimers
{
    private readonly SortedSet<TimerRow> _byTime = new(Comparer<TimerRow>.Create(Compare));
    private readonly Dictionary<string, Dictionary<(long Generation, int Id), TimerRow>> _byInstance = new(StringComparer.Ordinal);

    public IEnumerable<TimerRow> InOrder => _byTime;

    public bool Has(string instanceId) => _byInstance.ContainsKey(instanceId);

    public void Add(TimerRow timer)
    {
        if (!_byInstance.TryGetValue(timer.InstanceId, out var timers))
        {
            _byInstance[timer.InstanceId] = timers = [];
        }

        timers[(timer.Generation, timer.TimerId)] = timer;
        _byTime.Add(timer);
    }

    public void Remove(string instanceId, Func<TimerRow, bool> which)
    {
        if (!_byInstance.TryGetValue(instanceId, out var timers))
        {
            return;
        }

        foreach (var timer in timers.Values.Where(which).ToList())
        {
            timers.Remove((timer.Generation, timer.TimerId));
            _byTime.Remove(timer);
        }

        if (timers.Count == 0)
        {
            _byInstance.Remove(instanceId);
        }
    }

    private static int Compare(TimerRow left, TimerRow right)
    {
        var byTime = left.FireAt.CompareTo(right.FireAt);
        var byInstance = byTime != 0 ? byTime : string.CompareOrdinal(left.InstanceId, right.InstanceId);
        return byInstance != 0 ? byInstance : (left.Generation, left.TimerId).CompareTo((right.Generation, right.TimerId));
    }
}
