using Sidecar.Api.Grpc;
using Sidecar.Api.Grpc.Services;
using Sidecar.Api.Http;
using Sidecar.Metadata;
using Sidecar.Reloading;

namespace Sidecar.Crypto;

/// <summary>Cryptography: documents encrypted and decrypted with keys of the crypto components.</summary>
internal sealed class CryptoBuildingBlock : IBuildingBlock
{
    private readonly ComponentSet<LoadedCryptoProvider> _providers;

    private CryptoBuildingBlock(RuntimeServices services)
    {
        var life = new ComponentLife<LoadedCryptoProvider>(
            spec => new LoadedCryptoProvider(spec, CryptoTypes.All.First(type => type.Name.Equals(spec.Type, StringComparison.OrdinalIgnoreCase)).Create(spec, services.ComponentContext)),
            loaded => loaded.Spec,
            (_, _) => Task.CompletedTask,
            loaded => loaded.Usage,
            _ => ValueTask.CompletedTask);
        _providers = new ComponentSet<LoadedCryptoProvider>(services.ComponentsOf("crypto"), life, services);
        var providers = new CryptoProviders(_providers, services.Resiliency, services.ComponentMetrics);
        HttpApis = [new CryptoHttpApi(providers)];
        GrpcApis = [new CryptoGrpcApi(providers, services.Time)];
    }

    public IEnumerable<IHttpApi> HttpApis { get; }

    public IEnumerable<IGrpcApi> GrpcApis { get; }

    public IEnumerable<LoadedComponent> LoadedComponents => _providers.Values.Select(loaded => new LoadedComponent(loaded.Spec.Name, loaded.Spec.Type, loaded.Spec.Version, []));

    /// <inheritdoc />
    public IEnumerable<string> ReloadedKinds => ["crypto"];

    public static IBuildingBlock Create(RuntimeServices services) => new CryptoBuildingBlock(services);

    /// <inheritdoc />
    public async Task<ReloadStep?> PrepareReloadAsync(ResourceReload reload, CancellationToken cancellationToken) =>
        (await _providers.PrepareAsync(reload.ComponentsOf("crypto"), cancellationToken)).Step;

    public ValueTask DisposeAsync() => _providers.DisposeAsync();
}
