using Sidecar.Api.Grpc;
using Sidecar.Api.Grpc.Services;
using Sidecar.Api.Http;
using Sidecar.Metadata;

namespace Sidecar.Secrets;

/// <summary>The secrets API over the loaded secret stores, within the scopes of the Configuration.</summary>
internal sealed class SecretsBuildingBlock : IBuildingBlock
{
    private readonly RuntimeServices _services;
    private readonly SecretReader _reader;

    private SecretsBuildingBlock(RuntimeServices services)
    {
        _services = services;
        _reader = new SecretReader(services.SecretStores, services.Resources.Configuration.SecretScopes, services.Resiliency, services.ComponentMetrics);
    }

    /// <inheritdoc />
    public IEnumerable<IHttpApi> HttpApis => [new SecretsApi(_reader)];

    /// <inheritdoc />
    public IEnumerable<IGrpcApi> GrpcApis => [new SecretsGrpcApi(_reader)];

    /// <inheritdoc />
    public IEnumerable<LoadedComponent> LoadedComponents =>
        _services.ComponentsOf("secretstores").Select(store => new LoadedComponent(store.Name, store.Type, store.Version, _services.SecretStores.GetValueOrDefault(store.Name)?.Capabilities ?? []));

    /// <summary>The stores are read with the resources; whoever reads them sees the new ones at the commit.</summary>
    public IEnumerable<string> ReloadedKinds => ["secretstores"];

    public static SecretsBuildingBlock Create(RuntimeServices services) => new(services);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
