using Sidecar.Api.Http;
using Sidecar.Components;

namespace Sidecar.Secrets;

/// <summary>Reads secrets within the scopes of the Configuration, for both APIs.</summary>
internal sealed class SecretReader(IReadOnlyDictionary<string, ISecretStore> stores, IReadOnlyDictionary<string, SecretScope> scopes)
{
    /// <summary>The store of a name; null and the error when there is none.</summary>
    public ISecretStore? Find(string name, out ApiError? error)
    {
        error = stores.Count == 0 ? new ApiError(500, "ERR_SECRET_STORES_NOT_CONFIGURED", "secret store is not configured")
            : stores.ContainsKey(name) ? null
            : new ApiError(401, "ERR_SECRET_STORE_NOT_FOUND", $"failed finding secret store with key {name}");
        return error is null ? stores[name] : null;
    }

    /// <summary>One secret; null and the error when it may not be read or is not there.</summary>
    public IReadOnlyDictionary<string, string>? Get(string storeName, ISecretStore store, string name, out ApiError? error)
    {
        var secret = IsAllowed(storeName, name) ? store.Get(name) : null;
        error = secret is not null ? null
            : IsAllowed(storeName, name) ? new ApiError(500, "ERR_SECRET_GET", $"failed getting secret with key {name} from secret store {storeName}: secret {name} not found")
            : new ApiError(403, "ERR_PERMISSION_DENIED", $"access denied by policy to get \"{name}\" from \"{storeName}\"");
        return secret;
    }

    /// <summary>All secrets that may be read, by name.</summary>
    public SortedDictionary<string, IReadOnlyDictionary<string, string>> GetAll(string storeName, ISecretStore store) =>
        new(store.GetAll().Where(secret => IsAllowed(storeName, secret.Key)).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);

    private bool IsAllowed(string storeName, string name)
    {
        if (!scopes.TryGetValue(storeName, out var scope))
        {
            return true;
        }

        return scope.Allowed.Count > 0
            ? scope.Allowed.Contains(name, StringComparer.Ordinal)
            : !scope.Denied.Contains(name, StringComparer.Ordinal) && scope.DefaultAllow;
    }
}
