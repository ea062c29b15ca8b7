using Sidecar.Api.Grpc;
using Sidecar.Api.Grpc.Services;
using Sidecar.Api.Http;
using Sidecar.Components;
using Sidecar.Metadata;

namespace Sidecar.Crypto;

/// <summary>Cryptography: documents encrypted and decrypted with keys of the crypto components.</summary>
internal sealed class CryptoBuildingBlock : IBuildingBlock
{
    private readonly IReadOnlyList<ComponentSpec> _specs;

    private CryptoBuildingBlock(RuntimeServices services)
    {
        _specs = [.. services.ComponentsOf("crypto")];
        var providers = new CryptoProviders(
            _specs.ToDictionary(
                spec => spec.Name,
                spec => CryptoTypes.All.First(type => type.Name.Equals(spec.Type, StringComparison.OrdinalIgnoreCase)).Create(spec, services.ComponentContext),
                StringComparer.Ordinal),
            services.Resiliency);
        HttpApis = [new CryptoHttpApi(providers)];
        GrpcApis = [new CryptoGrpcApi(providers, services.Time)];
    }

    public IEnumerable<IHttpApi> HttpApis { get; }

    public IEnumerable<IGrpcApi> GrpcApis { get; }

    public IEnumerable<LoadedComponent> LoadedComponents => _specs.Select(spec => new LoadedComponent(spec.Name, spec.Type, spec.Version, []));

    public static IBuildingBlock Create(RuntimeServices services) => new CryptoBuildingBlock(services);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
