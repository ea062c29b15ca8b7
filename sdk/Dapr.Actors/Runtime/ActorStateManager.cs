namespace Dapr.Actors.Runtime;

/// <summary>
/// Invariants: what a method reads once it reads again, with its own changes; nothing leaves memory as saved before the sidecar said so; a
/// call within a chain of reentrant calls has a memory of its own, because others of its chain may change the state meanwhile.
/// </summary>
internal sealed class ActorStateManager(Actor actor) : IActorStateManager
{
    private readonly Dictionary<string, TrackedState> shared = new(StringComparer.Ordinal);
    private readonly AsyncLocal<Dictionary<string, TrackedState>?> own = new();

    private Dictionary<string, TrackedState> Tracked => own.Value ?? shared;

    private string Type => actor.Host.ActorTypeInfo.ActorTypeName;

    private string Id => actor.Id.GetId();

    private ActorStateStore Store => actor.Host.StateStore ?? throw new InvalidOperationException(
        "The actor was initialized without a state provider, and so cannot interact with state. If this is inside a unit test, replace Actor.StateProvider with a mock.");

    /// <summary>From here on, and in what is awaited from here, state has a memory of its own. What the actor remembers beside it would be stale.</summary>
    internal void BeginOwn()
    {
        own.Value = new Dictionary<string, TrackedState>(StringComparer.Ordinal);
        shared.Clear();
    }

    public Task AddStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default) => AddAsync(stateName, value, null, cancellationToken);

    public Task AddStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default) => AddAsync(stateName, value, ttl, cancellationToken);

    public Task<bool> TryAddStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default) => TryAddAsync(stateName, value, null, cancellationToken);

    public Task<bool> TryAddStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default) => TryAddAsync(stateName, value, ttl, cancellationToken);

    public async Task<T> GetStateAsync<T>(string stateName, CancellationToken cancellationToken = default) =>
        await TryGetStateAsync<T>(stateName, cancellationToken) is { HasValue: true, Value: var value } ? value : throw NotFound(stateName);

    public async Task<ConditionalValue<T>> TryGetStateAsync<T>(string stateName, CancellationToken cancellationToken = default)
    {
        if (Find(stateName) is { } tracked)
        {
            return IsThere(tracked) ? new ConditionalValue<T>(true, (T)tracked.Value!) : default;
        }

        var loaded = await Store.TryLoadAsync<T>(Type, Id, stateName, cancellationToken);
        if (!loaded.HasValue)
        {
            return default;
        }

        Tracked[stateName] = new TrackedState(loaded.Value.Value, typeof(T), StateChangeKind.None, loaded.Value.TTLExpireTime);
        return new ConditionalValue<T>(true, loaded.Value.Value);
    }

    public Task SetStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default) => SetAsync(stateName, value, null, cancellationToken);

    public Task SetStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default) => SetAsync(stateName, value, ttl, cancellationToken);

    public async Task RemoveStateAsync(string stateName, CancellationToken cancellationToken = default)
    {
        if (!await TryRemoveStateAsync(stateName, cancellationToken))
        {
            throw NotFound(stateName);
        }
    }

    public async Task<bool> TryRemoveStateAsync(string stateName, CancellationToken cancellationToken = default)
    {
        if (!await ContainsStateAsync(stateName, cancellationToken))
        {
            return false;
        }

        if (Find(stateName) is { Kind: StateChangeKind.Add })
        {
            Tracked.Remove(stateName);
        }
        else
        {
            Tracked[stateName] = new TrackedState(null, typeof(object), StateChangeKind.Remove, null);
        }

        return true;
    }

    public async Task<bool> ContainsStateAsync(string stateName, CancellationToken cancellationToken = default) =>
        Find(stateName) is { } tracked ? IsThere(tracked) : await Store.ContainsAsync(Type, Id, stateName, cancellationToken);

    public Task<T> GetOrAddStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default) =>
        AddOrChangeAsync(stateName, value, null, null, cancellationToken);

    public Task<T> GetOrAddStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default) =>
        AddOrChangeAsync(stateName, value, null, ttl, cancellationToken);

    public Task<T> AddOrUpdateStateAsync<T>(string stateName, T addValue, Func<string, T, T> updateValueFactory, CancellationToken cancellationToken = default) =>
        AddOrChangeAsync(stateName, addValue, updateValueFactory, null, cancellationToken);

    public Task<T> AddOrUpdateStateAsync<T>(string stateName, T addValue, Func<string, T, T> updateValueFactory, TimeSpan ttl, CancellationToken cancellationToken = default) =>
        AddOrChangeAsync(stateName, addValue, updateValueFactory, ttl, cancellationToken);

    public Task ClearCacheAsync(CancellationToken cancellationToken = default)
    {
        Tracked.Clear();
        return Task.CompletedTask;
    }

    public async Task SaveStateAsync(CancellationToken cancellationToken = default)
    {
        var tracked = Tracked;
        var changed = tracked.Where(state => state.Value.Kind != StateChangeKind.None).ToList();
        if (changed.Count == 0)
        {
            return;
        }

        await Store.SaveAsync(Type, Id, [.. changed.Select(state => state.Value.ToChange(state.Key))], cancellationToken);
        foreach (var (name, state) in changed)
        {
            if (state.Kind == StateChangeKind.Remove)
            {
                tracked.Remove(name);
            }
            else
            {
                tracked[name] = state with { Kind = StateChangeKind.None };
            }
        }
    }

    public Task UnloadStateAsync(string stateName, UnloadStateOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (Find(stateName) is not { Kind: StateChangeKind.None } and not null && options is not { AllowUnloadingWhenStateModified: true })
        {
            throw new InvalidOperationException($"Cannot unload state '{stateName}' because it has been modified and not yet persisted. Set AllowUnloadingWhenStateModified to true to override.");
        }

        Tracked.Remove(stateName);
        return Task.CompletedTask;
    }

    private static KeyNotFoundException NotFound(string name) => new($"Actor State with name {name} was not found.");

    private async Task AddAsync<T>(string name, T value, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        if (!await TryAddAsync(name, value, ttl, cancellationToken))
        {
            throw new InvalidOperationException($"The actor state name '{name}' already exist.");
        }
    }

    private async Task<bool> TryAddAsync<T>(string name, T value, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        if (await ContainsStateAsync(name, cancellationToken))
        {
            return false;
        }

        Track(name, value, Find(name) is null ? StateChangeKind.Add : StateChangeKind.Update, ttl);
        return true;
    }

    private async Task SetAsync<T>(string name, T value, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        var kind = Find(name) is { } tracked ? AfterChange(tracked.Kind)
            : await Store.ContainsAsync(Type, Id, name, cancellationToken) ? StateChangeKind.Update
            : StateChangeKind.Add;
        Track(name, value, kind, ttl);
    }

    private async Task<T> AddOrChangeAsync<T>(string name, T value, Func<string, T, T>? change, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        var present = await TryGetStateAsync<T>(name, cancellationToken);
        var tracked = Find(name);
        if (!present.HasValue)
        {
            Track(name, value, tracked is null ? StateChangeKind.Add : StateChangeKind.Update, ttl);
            return value;
        }

        if (change is null)
        {
            return present.Value;
        }

        var changed = change(name, present.Value);
        Tracked[name] = new TrackedState(changed, typeof(T), AfterChange(tracked!.Kind), ttl is null ? tracked.Expires : Expiry(ttl));
        return changed;
    }

    private static StateChangeKind AfterChange(StateChangeKind before) => before == StateChangeKind.Add ? StateChangeKind.Add : StateChangeKind.Update;

    private void Track<T>(string name, T value, StateChangeKind kind, TimeSpan? ttl) => Tracked[name] = new TrackedState(value, typeof(T), kind, Expiry(ttl));

    private DateTimeOffset? Expiry(TimeSpan? ttl) => ttl is { } lifetime ? actor.Host.Time.GetUtcNow() + lifetime : null;

    private TrackedState? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name, "stateName");
        _ = Store;
        return Tracked.GetValueOrDefault(name);
    }

    private bool IsThere(TrackedState state) => state.Kind != StateChangeKind.Remove && !(state.Expires <= actor.Host.Time.GetUtcNow());

    private sealed record TrackedState(object? Value, Type Type, StateChangeKind Kind, DateTimeOffset? Expires)
    {
        public ActorStateChange ToChange(string name) => new(name, Type, Value, Kind, Expires);
    }
}
