using Sidecar.Components;

namespace Sidecar.State;

/// <summary><c>state.in-memory</c>: lost when the run ends, shared by all sidecars of the run under the component's name.</summary>
internal sealed class InMemoryStateStore(ComponentSpec spec, ComponentContext context) : IStateStore
{
    private readonly InMemoryTable _table = context.Run.GetOrAdd(spec.Name, () => new InMemoryTable(context.Time));

    public IReadOnlyList<string> Capabilities { get; } = ["ETAG", "TRANSACTIONAL", "TTL", "DELETE_WITH_PREFIX", "KEYS_LIKE", "ACTOR"];

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<StateItem?> GetAsync(string key, CancellationToken cancellationToken) => Task.FromResult(_table.Get(key));

    public Task<IReadOnlyList<StateItem?>> GetAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<StateItem?>>([.. keys.Select(_table.Get)]);

    public Task<StateFailure?> ApplyAsync(StateOperation operation, CancellationToken cancellationToken) => Task.FromResult(_table.Apply([operation]));

    public Task<StateFailure?> TransactAsync(IReadOnlyList<StateOperation> operations, CancellationToken cancellationToken) => Task.FromResult(_table.Apply(operations));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
