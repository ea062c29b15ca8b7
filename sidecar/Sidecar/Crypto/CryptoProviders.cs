using System.Diagnostics;
using System.Security.Cryptography;
using Sidecar.Crypto.Scheme;
using Sidecar.Resiliency;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.Crypto;

/// <summary>The crypto components by name, called under their outbound policies. Both APIs go through here.</summary>
internal sealed class CryptoProviders(IReadOnlyDictionary<string, LoadedCryptoProvider> providers, IResiliency resiliency, ComponentMetrics metrics)
{
    /// <summary>Whether there is none at all.</summary>
    public bool IsEmpty => providers.Count == 0;

    /// <summary>Whether there is one of the name.</summary>
    public bool Contains(string name) => providers.ContainsKey(name);

    /// <summary>The vault that a document's key is wrapped with; the component is this one until the document ends, whatever is loaded meanwhile.</summary>
    public KeyVault Vault(string name, CancellationToken cancellationToken)
    {
        var loaded = providers[name];
        return new KeyVault(
            (key, algorithm, keyName) => RunAsync(loaded, token => loaded.Provider.WrapKeyAsync(key, algorithm, keyName, token), cancellationToken),
            (key, algorithm, keyName) => RunAsync(loaded, token => loaded.Provider.UnwrapKeyAsync(key, algorithm, keyName, token), cancellationToken));
    }

    private async Task<byte[]> RunAsync(LoadedCryptoProvider loaded, Func<CancellationToken, Task<byte[]>> call, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var succeeded = false;
        try
        {
            var key = await loaded.Usage.Track(resiliency.ForComponentOutbound(loaded.Spec.Name).ExecuteAsync(call, _ => AttemptOutcome.Success, cancellationToken));
            succeeded = true;
            return key;
        }
        catch (Exception exception) when (exception is CryptographicException or TimeoutException or CircuitOpenException)
        {
            throw new CryptoException(exception.Message);
        }
        finally
        {
            metrics.Crypto(loaded.Spec.Name, succeeded, began);
        }
    }
}
