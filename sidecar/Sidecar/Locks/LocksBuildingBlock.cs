using Sidecar.Api.Grpc;
using Sidecar.Api.Grpc.Services;
using Sidecar.Api.Http;
using Sidecar.Components;
using Sidecar.Metadata;
using Sidecar.Reloading;

namespace Sidecar.Locks;

/// <summary>Distributed locks: the lock stores of a sidecar and their API.</summary>
internal sealed class LocksBuildingBlock : IBuildingBlock
{
    private readonly RuntimeServices _services;
    private readonly ComponentSet<LoadedLockStore> _stores;

    private LocksBuildingBlock(RuntimeServices services)
    {
        _services = services;
        var life = new ComponentLife<LoadedLockStore>(Load, store => store.Spec, (store, token) => store.Store.StartAsync(token), store => store.Usage, store => store.Store.DisposeAsync());
        _stores = new ComponentSet<LoadedLockStore>(services.ComponentsOf("lock"), life, services);
        Stores = new LockStores(_stores, services.AppId, services.Resiliency);
        HttpApis = [new TryLockHttpApi(Stores), new UnlockHttpApi(Stores)];
        GrpcApis = [new LockGrpcApi(Stores)];
    }

    public IEnumerable<IHttpApi> HttpApis { get; }

    public IEnumerable<IGrpcApi> GrpcApis { get; }

    /// <summary>The stores, for every API that uses them.</summary>
    public LockStores Stores { get; }

    public IEnumerable<LoadedComponent> LoadedComponents => _stores.Values.Select(entry => new LoadedComponent(entry.Spec.Name, entry.Spec.Type, entry.Spec.Version, []));

    /// <summary>Components that cannot be used at present, with the reason.</summary>
    public IEnumerable<KeyValuePair<string, string>> Problems =>
        _stores.Where(entry => entry.Value.Store.Problem is not null).Select(entry => KeyValuePair.Create(entry.Key, entry.Value.Store.Problem!));

    /// <inheritdoc />
    public IEnumerable<string> ReloadedKinds => ["lock"];

    public static IBuildingBlock Create(RuntimeServices services) => new LocksBuildingBlock(services);

    public Task StartAsync(CancellationToken cancellationToken) => _stores.StartAsync(cancellationToken);

    /// <inheritdoc />
    public async Task<ReloadStep?> PrepareReloadAsync(ResourceReload reload, CancellationToken cancellationToken) =>
        (await _stores.PrepareAsync(reload.ComponentsOf("lock"), cancellationToken)).Step;

    public ValueTask DisposeAsync() => _stores.DisposeAsync();

    private LoadedLockStore Load(ComponentSpec spec) => spec["keyPrefix"] is { } prefix && LockStores.KeyProblem(prefix) is not null
        ? throw ComponentException.Field(spec, "keyPrefix", $"is '{prefix}'", "give appid, name, none or a text without '||'")
        : new LoadedLockStore(spec, LockTypes.All.First(type => type.Name.Equals(spec.Type, StringComparison.OrdinalIgnoreCase)).Create(spec, _services.ComponentContext));
}
