using System.Security.Cryptography;
using Sidecar.Crypto.Scheme;
using Sidecar.Resiliency;

namespace Sidecar.Crypto;

/// <summary>The crypto components by name, called under their outbound policies. Both APIs go through here.</summary>
internal sealed class CryptoProviders(IReadOnlyDictionary<string, ICryptoProvider> providers, IResiliency resiliency)
{
    /// <summary>Whether there is none at all.</summary>
    public bool IsEmpty => providers.Count == 0;

    /// <summary>Whether there is one of the name.</summary>
    public bool Contains(string name) => providers.ContainsKey(name);

    /// <summary>The vault that a document's key is wrapped with.</summary>
    public KeyVault Vault(string name, CancellationToken cancellationToken) => new(
        (key, algorithm, keyName) => RunAsync(name, (provider, token) => provider.WrapKeyAsync(key, algorithm, keyName, token), cancellationToken),
        (key, algorithm, keyName) => RunAsync(name, (provider, token) => provider.UnwrapKeyAsync(key, algorithm, keyName, token), cancellationToken));

    private async Task<byte[]> RunAsync(string name, Func<ICryptoProvider, CancellationToken, Task<byte[]>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await resiliency.ForComponentOutbound(name).ExecuteAsync(token => call(providers[name], token), _ => AttemptOutcome.Success, cancellationToken);
        }
        catch (Exception exception) when (exception is CryptographicException or TimeoutException or CircuitOpenException)
        {
            throw new CryptoException(exception.Message);
        }
    }
}
