using Sidecar.Api.Grpc;
using Sidecar.Api.Grpc.Services;
using Sidecar.Api.Http;
using Sidecar.Metadata;
using Sidecar.Reloading;

namespace Sidecar.Configuration;

/// <summary>Configuration: the configuration stores of a sidecar and their API.</summary>
internal sealed class ConfigurationBuildingBlock : IBuildingBlock
{
    private readonly ComponentSet<LoadedConfigurationStore> _stores;

    private ConfigurationBuildingBlock(RuntimeServices services)
    {
        var life = new ComponentLife<LoadedConfigurationStore>(
            spec => new LoadedConfigurationStore(spec, ConfigurationTypes.All.First(type => type.Name.Equals(spec.Type, StringComparison.OrdinalIgnoreCase)).Create(spec, services.ComponentContext)),
            store => store.Spec,
            (store, token) => store.Store.StartAsync(token),
            store => store.Usage,
            store => store.Store.DisposeAsync());
        _stores = new ComponentSet<LoadedConfigurationStore>(services.ComponentsOf("configuration"), life, services);
        Stores = new ConfigurationStores(_stores, services.Resiliency, services.ComponentMetrics, services.Options.NewId);
        HttpApis = [new ConfigurationHttpApi(Stores, services)];
        GrpcApis = [new ConfigurationGrpcApi(Stores)];
    }

    public IEnumerable<IHttpApi> HttpApis { get; }

    public IEnumerable<IGrpcApi> GrpcApis { get; }

    /// <summary>The stores and their subscriptions, for every API that uses them.</summary>
    public ConfigurationStores Stores { get; }

    public IEnumerable<LoadedComponent> LoadedComponents => _stores.Values.Select(entry => new LoadedComponent(entry.Spec.Name, entry.Spec.Type, entry.Spec.Version, []));

    /// <summary>Components that cannot be used at present, with the reason.</summary>
    public IEnumerable<KeyValuePair<string, string>> Problems =>
        _stores.Values.Where(entry => entry.Store.Problem is not null).Select(entry => KeyValuePair.Create(entry.Spec.Name, entry.Store.Problem!));

    /// <inheritdoc />
    public IEnumerable<string> ReloadedKinds => ["configuration"];

    public static IBuildingBlock Create(RuntimeServices services) => new ConfigurationBuildingBlock(services);

    public Task StartAsync(CancellationToken cancellationToken) => _stores.StartAsync(cancellationToken);

    /// <inheritdoc />
    public async Task<ReloadStep?> PrepareReloadAsync(ResourceReload reload, CancellationToken cancellationToken)
    {
        var (next, step) = await _stores.PrepareAsync(reload.ComponentsOf("configuration"), cancellationToken);
        try
        {
            return ReloadStep.All(await Stores.PrepareAsync(next, cancellationToken), step);
        }
        catch
        {
            await step.Abort();
            throw;
        }
    }

    public Task DrainAsync(CancellationToken cancellationToken) => Stores.UnsubscribeAllAsync();

    public async ValueTask DisposeAsync()
    {
        await Stores.UnsubscribeAllAsync();
        await _stores.DisposeAsync();
    }
}
