using Sidecar.Api.Grpc;
using Sidecar.Api.Grpc.Services;
using Sidecar.Api.Http;
using Sidecar.Components;
using Sidecar.Metadata;

namespace Sidecar.State;

/// <summary>State management: the state components of a sidecar and their API.</summary>
internal sealed class StateBuildingBlock : IBuildingBlock
{
    private readonly List<(ComponentSpec Spec, LoadedStateStore Store)> _stores = [];

    private StateBuildingBlock(RuntimeServices services)
    {
        foreach (var spec in services.ComponentsOf("state"))
        {
            var type = StateStoreTypes.All.First(type => type.Name.Equals(spec.Type, StringComparison.OrdinalIgnoreCase));
            var store = type.Create(spec, services.ComponentContext);
            _stores.Add((spec, new LoadedStateStore(spec.Name, StateKeys.From(spec, services.AppId, services.Namespace), store, services.Resiliency.ForComponentOutbound(spec.Name), services.ComponentMetrics)));
        }

        var byName = _stores.ToDictionary(entry => entry.Spec.Name, entry => entry.Store, StringComparer.Ordinal);
        Stores = byName;
        foreach (var (name, store) in byName)
        {
            services.StateStores[name] = store;
        }

        HttpApis = [new StateHttpApi(byName, services.AppId, services.Tracing), new StateQueryHttpApi(byName)];
        GrpcApis = [new StateGrpcApi(byName, services.AppId, services.Tracing)];
    }

    public IEnumerable<IHttpApi> HttpApis { get; }

    public IEnumerable<IGrpcApi> GrpcApis { get; }

    /// <summary>The stores by name, for every API that uses them.</summary>
    public IReadOnlyDictionary<string, LoadedStateStore> Stores { get; }

    public IEnumerable<LoadedComponent> LoadedComponents =>
        _stores.Select(entry => new LoadedComponent(entry.Spec.Name, entry.Spec.Type, entry.Spec.Version, entry.Store.Store.Capabilities));

    /// <summary>Components that cannot be used at present, with the reason.</summary>
    public IEnumerable<KeyValuePair<string, string>> Problems =>
        _stores.Where(entry => entry.Store.Store.Problem is not null).Select(entry => KeyValuePair.Create(entry.Spec.Name, entry.Store.Store.Problem!));

    public static IBuildingBlock Create(RuntimeServices services) => new StateBuildingBlock(services);

    public Task StartAsync(CancellationToken cancellationToken) => Task.WhenAll(_stores.Select(entry => entry.Store.Store.StartAsync(cancellationToken)));

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, store) in _stores)
        {
            await store.Store.DisposeAsync();
        }
    }
}
