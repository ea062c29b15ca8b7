using Sidecar.Api.Grpc;
using Sidecar.Api.Grpc.Services;
using Sidecar.Api.Http;
using Sidecar.Components;
using Sidecar.Metadata;

namespace Sidecar.Configuration;

/// <summary>Configuration: the configuration stores of a sidecar and their API.</summary>
internal sealed class ConfigurationBuildingBlock : IBuildingBlock
{
    private readonly List<(ComponentSpec Spec, IConfigurationStore Store)> _stores;

    private ConfigurationBuildingBlock(RuntimeServices services)
    {
        _stores = [.. services.ComponentsOf("configuration").Select(spec => (spec, ConfigurationTypes.All.First(type => type.Name.Equals(spec.Type, StringComparison.OrdinalIgnoreCase)).Create(spec, services.ComponentContext)))];
        Stores = new ConfigurationStores(_stores.ToDictionary(entry => entry.Spec.Name, entry => entry.Store, StringComparer.Ordinal), services.Resiliency, services.Options.NewId);
        HttpApis = [new ConfigurationHttpApi(Stores, services)];
        GrpcApis = [new ConfigurationGrpcApi(Stores)];
    }

    public IEnumerable<IHttpApi> HttpApis { get; }

    public IEnumerable<IGrpcApi> GrpcApis { get; }

    /// <summary>The stores and their subscriptions, for every API that uses them.</summary>
    public ConfigurationStores Stores { get; }

    public IEnumerable<LoadedComponent> LoadedComponents => _stores.Select(entry => new LoadedComponent(entry.Spec.Name, entry.Spec.Type, entry.Spec.Version, []));

    /// <summary>Components that cannot be used at present, with the reason.</summary>
    public IEnumerable<KeyValuePair<string, string>> Problems =>
        _stores.Where(entry => entry.Store.Problem is not null).Select(entry => KeyValuePair.Create(entry.Spec.Name, entry.Store.Problem!));

    public static IBuildingBlock Create(RuntimeServices services) => new ConfigurationBuildingBlock(services);

    public Task StartAsync(CancellationToken cancellationToken) => Task.WhenAll(_stores.Select(entry => entry.Store.StartAsync(cancellationToken)));

    public Task DrainAsync(CancellationToken cancellationToken) => Stores.UnsubscribeAllAsync();

    public ValueTask DisposeAsync() => Stores.DisposeAsync();
}
