using Sidecar.Api.Grpc;
using Sidecar.Api.Grpc.Services;
using Sidecar.Api.Http;
using Sidecar.Components;
using Sidecar.Metadata;
using Sidecar.Reloading;

namespace Sidecar.State;

/// <summary>State management: the state components of a sidecar and their API.</summary>
internal sealed class StateBuildingBlock : IBuildingBlock
{
    private readonly RuntimeServices _services;
    private readonly ComponentSet<LoadedStateStore> _stores;

    private StateBuildingBlock(RuntimeServices services)
    {
        _services = services;
        var life = new ComponentLife<LoadedStateStore>(Load, store => store.Spec!, (store, token) => store.Store.StartAsync(token), store => store.Usage, store => store.Store.DisposeAsync());
        _stores = new ComponentSet<LoadedStateStore>(services.ComponentsOf("state"), life, services);
        ShareStores();
        HttpApis = [new StateHttpApi(_stores, services.AppId, services.Tracing), new StateQueryHttpApi(_stores)];
        GrpcApis = [new StateGrpcApi(_stores, services.AppId, services.Tracing)];
    }

    public IEnumerable<IHttpApi> HttpApis { get; }

    public IEnumerable<IGrpcApi> GrpcApis { get; }

    /// <summary>The stores by name, for every API that uses them.</summary>
    public IReadOnlyDictionary<string, LoadedStateStore> Stores => _stores;

    public IEnumerable<LoadedComponent> LoadedComponents =>
        _stores.Values.Select(store => new LoadedComponent(store.Name, store.Spec!.Type, store.Spec.Version, store.Store.Capabilities));

    /// <summary>Components that cannot be used at present, with the reason.</summary>
    public IEnumerable<KeyValuePair<string, string>> Problems =>
        _stores.Values.Where(store => store.Store.Problem is not null).Select(store => KeyValuePair.Create(store.Name, store.Store.Problem!));

    /// <inheritdoc />
    public IEnumerable<string> ReloadedKinds => ["state"];

    public static IBuildingBlock Create(RuntimeServices services) => new StateBuildingBlock(services);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _stores.StartAsync(cancellationToken);
        foreach (var ignored in _services.StateStores.Keys.Except(_stores.Keys, StringComparer.Ordinal).ToList())
        {
            _services.StateStores.Remove(ignored);
        }
    }

    /// <inheritdoc />
    public async Task<ReloadStep?> PrepareReloadAsync(ResourceReload reload, CancellationToken cancellationToken)
    {
        var (_, step) = await _stores.PrepareAsync(reload.ComponentsOf("state"), cancellationToken);
        return ReloadStep.All(step, ReloadStep.OnCommit(ShareStores));
    }

    public ValueTask DisposeAsync() => _stores.DisposeAsync();

    private LoadedStateStore Load(ComponentSpec spec)
    {
        var type = StateStoreTypes.All.First(type => type.Name.Equals(spec.Type, StringComparison.OrdinalIgnoreCase));
        var policy = _services.Resiliency.ForComponentOutbound(spec.Name);
        return new LoadedStateStore(spec.Name, StateKeys.From(spec, _services.AppId, _services.Namespace), type.Create(spec, _services.ComponentContext), policy, _services.ComponentMetrics)
        {
            Spec = spec,
            Encryption = StateEncryption.From(spec),
        };
    }

    // The other building blocks use those that are never exchanged; the rest is there for completeness.
    private void ShareStores()
    {
        foreach (var (name, store) in _stores)
        {
            _services.StateStores[name] = store;
        }
    }
}
