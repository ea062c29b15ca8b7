using Sidecar.Api.Http;

namespace Sidecar.Crypto;

/// <summary>The errors of the cryptography API, as daprd words them.</summary>
internal static class CryptoErrors
{
    public static ApiError NotConfigured { get; } = new(500, "ERR_CRYPTO_PROVIDERS_NOT_CONFIGURED", "crypto providers not configured");

    public static ApiError NotFound(string name) => new(400, "ERR_CRYPTO_PROVIDER_NOT_FOUND", $"crypto provider {name} not found");

    public static ApiError BadRequest(string problem) => new(400, "ERR_BAD_REQUEST", $"invalid request: {problem}");

    public static ApiError Failed(string problem) => new(500, "ERR_CRYPTO", $"failed to perform operation: {problem}");

    /// <summary>Why a provider cannot be called, or null.</summary>
    public static ApiError? Check(CryptoProviders providers, string name) =>
        providers.IsEmpty ? NotConfigured
        : name.Length == 0 ? BadRequest("missing component name")
        : providers.Contains(name) ? null
        : NotFound(name);
}
