using System.Collections.Concurrent;
using Sidecar.Workflows.Store;

namespace Sidecar.Workflows.Engine;

/// <summary>
/// The instances in memory, loaded on demand. Invariants: one object per id at a time; an instance leaves only when
/// nothing is under way for it (<see cref="TryEvict"/>), so that what is loaded next is all there is; an instance to which
/// an event is being handed over (<see cref="Expect"/>) stays, so that the event is not taken a second time from the store.
/// </summary>
internal sealed class InstanceDirectory(IWorkflowStore store, EngineContext context, Action<WorkflowInstance, IReadOnlyList<Step>> loaded, CancellationToken stop)
{
    private readonly ConcurrentDictionary<string, Slot> _instances = new(StringComparer.Ordinal);
    private readonly InstanceLoader _loader = new(store, context.Environment, stop);
    private readonly ConcurrentDictionary<string, int> _expected = new(StringComparer.Ordinal);
    private readonly RecentHeads _recent = new();
    private int _count;

    /// <summary>How many are loaded.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The instances that are loaded.</summary>
    public IEnumerable<WorkflowInstance> Loaded => _instances.Values.Select(slot => slot.Instance).OfType<WorkflowInstance>();

    /// <summary>The instance of an id, which may not exist (see <see cref="WorkflowInstance.Exists"/>).</summary>
    public async Task<WorkflowInstance> GetAsync(string id, CancellationToken cancellationToken)
    {
        var slot = _instances.GetOrAdd(id, static _ => new Slot());
        if (slot.Instance is { } present)
        {
            return present;
        }

        var loading = slot.LoadOnce(() => context.Environment.Run(() => LoadAsync(id, slot)));
        try
        {
            return await loading.WaitAsync(cancellationToken);
        }
        catch when (loading.IsFaulted || loading.IsCanceled)
        {
            _instances.TryRemove(KeyValuePair.Create(id, slot));
            throw;
        }
    }

    /// <summary>The instance if it is in memory.</summary>
    public WorkflowInstance? Find(string id) => _instances.TryGetValue(id, out var slot) ? slot.Instance : null;

    /// <summary>The durable head of an instance that is not in memory, if it left not long ago.</summary>
    public InstanceRow? FindHead(string id) => _recent.Find(id);

    /// <summary>An event for the instance is on its way.</summary>
    public void Expect(string id) => _expected.AddOrUpdate(id, 1, (_, count) => count + 1);

    /// <summary>The event has arrived.</summary>
    public void Arrived(string id)
    {
        while (_expected.TryGetValue(id, out var count))
        {
            if (count > 1 ? _expected.TryUpdate(id, count - 1, count) : _expected.TryRemove(KeyValuePair.Create(id, count)))
            {
                return;
            }
        }
    }

    /// <summary>Drops an instance from memory if nothing is under way. Called under its gate.</summary>
    public bool TryEvict(WorkflowInstance instance)
    {
        if (instance.Evicted || !instance.IsQuiescent || _expected.ContainsKey(instance.Id))
        {
            return false;
        }

        if (instance.Durable.Head is { } head)
        {
            _recent.Add(head);
        }

        Discard(instance);
        return true;
    }

    /// <summary>Drops an instance whatever its state; the store has the truth. Called under its gate.</summary>
    public void Discard(WorkflowInstance instance)
    {
        if (!instance.Evicted)
        {
            Drop(instance);
            _instances.TryRemove(instance.Id, out _);
        }
    }

    private async Task<WorkflowInstance> LoadAsync(string id, Slot slot)
    {
        var stored = await _loader.LoadAsync(id);
        var instance = new WorkflowInstance(id, context);
        lock (instance.Gate)
        {
            slot.Instance = instance;
            Interlocked.Increment(ref _count);
            _recent.Remove(id);
            try
            {
                loaded(instance, instance.Load(stored));
            }
            catch
            {
                // Whoever found it meanwhile waits for its gate, and must not use half an instance.
                if (!instance.Evicted)
                {
                    Drop(instance);
                }

                slot.Instance = null;
                throw;
            }
        }

        return instance;
    }

    private void Drop(WorkflowInstance instance)
    {
        instance.Evicted = true;
        instance.StopSpans();
        Interlocked.Decrement(ref _count);
    }

    private sealed class Slot
    {
        private readonly Lock _gate = new();
        private Task<WorkflowInstance>? _loading;

        /// <summary>Set as soon as it is loaded; its gate is held until what it brought is under way.</summary>
        public WorkflowInstance? Instance { get; set; }

        public Task<WorkflowInstance> LoadOnce(Func<Task<WorkflowInstance>> load)
        {
            lock (_gate)
            {
                return _loading ??= load();
            }
        }
    }
}
