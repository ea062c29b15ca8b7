using Sidecar.Api.Grpc;
using Sidecar.Api.Grpc.Services;
using Sidecar.Api.Http;
using Sidecar.Components;
using Sidecar.Metadata;

namespace Sidecar.Locks;

/// <summary>Distributed locks: the lock stores of a sidecar and their API.</summary>
internal sealed class LocksBuildingBlock : IBuildingBlock
{
    private readonly Dictionary<string, (ComponentSpec Spec, ILockStore Store)> _stores = new(StringComparer.Ordinal);

    private LocksBuildingBlock(RuntimeServices services)
    {
        foreach (var spec in services.ComponentsOf("lock"))
        {
            if (spec["keyPrefix"] is { } prefix && LockStores.KeyProblem(prefix) is not null)
            {
                throw ComponentException.Field(spec, "keyPrefix", $"is '{prefix}'", "give appid, name, none or a text without '||'");
            }

            _stores[spec.Name] = (spec, LockTypes.All.First(type => type.Name.Equals(spec.Type, StringComparison.OrdinalIgnoreCase)).Create(spec, services.ComponentContext));
        }

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

    public static IBuildingBlock Create(RuntimeServices services) => new LocksBuildingBlock(services);

    public Task StartAsync(CancellationToken cancellationToken) => Task.WhenAll(_stores.Values.Select(entry => entry.Store.StartAsync(cancellationToken)));

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, store) in _stores.Values)
        {
            await store.DisposeAsync();
        }
    }
}
