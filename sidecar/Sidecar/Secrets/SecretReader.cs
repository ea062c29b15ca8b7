using System.Diagnostics;
using Sidecar.Api.Http;
using Sidecar.Components;
using Sidecar.Resiliency;
using Sidecar.Telemetry.Metrics;

namespace Sidecar.Secrets;

/// <summary>Reads secrets within the scopes of the Configuration and under the outbound policies of the stores, for both APIs.</summary>
internal sealed class SecretReader(IReadOnlyDictionary<string, ISecretStore> stores, IReadOnlyDictionary<string, SecretScope> scopes, IResiliency resiliency, ComponentMetrics metrics)
{
    /// <summary>What there is instead of a store of that name; null when there is one.</summary>
    public ApiError? Refuse(string storeName) =>
        stores.Count == 0 ? new ApiError(500, "ERR_SECRET_STORES_NOT_CONFIGURED", "secret store is not configured")
        : stores.ContainsKey(storeName) ? null
        : new ApiError(401, "ERR_SECRET_STORE_NOT_FOUND", $"failed finding secret store with key {storeName}");

    /// <summary>One secret, or why it may not be read or is not there.</summary>
    public async Task<(IReadOnlyDictionary<string, string>? Secret, ApiError? Error)> GetAsync(string storeName, string name, CancellationToken cancellationToken)
    {
        if (Refuse(storeName) is { } refusal)
        {
            return (null, refusal);
        }

        if (!IsAllowed(storeName, name))
        {
            return (null, new ApiError(403, "ERR_PERMISSION_DENIED", $"access denied by policy to get \"{name}\" from \"{storeName}\""));
        }

        // A secret that is not there is a failure to the policy, as any other is.
        var (secret, problem) = await ReadAsync(storeName, "get", store => store.Get(name), cancellationToken);
        return secret is not null ? (secret, null) : (null, new ApiError(500, "ERR_SECRET_GET", $"failed getting secret with key {name} from secret store {storeName}: {problem ?? $"secret {name} not found"}"));
    }

    /// <summary>All secrets that may be read, by name.</summary>
    public async Task<(IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>? Secrets, ApiError? Error)> GetAllAsync(string storeName, CancellationToken cancellationToken)
    {
        if (Refuse(storeName) is { } refusal)
        {
            return (null, refusal);
        }

        var (secrets, problem) = await ReadAsync(storeName, "bulk_get", store => store.GetAll(), cancellationToken);
        return secrets is null
            ? (null, new ApiError(500, "ERR_SECRET_GET", $"failed getting secrets from secret store {storeName}: {problem}"))
            : (new SortedDictionary<string, IReadOnlyDictionary<string, string>>(secrets.Where(secret => IsAllowed(storeName, secret.Key)).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal), null);
    }

    private async Task<(T? Result, string? Problem)> ReadAsync<T>(string storeName, string operation, Func<ISecretStore, T?> read, CancellationToken cancellationToken)
        where T : class
    {
        var began = Stopwatch.GetTimestamp();
        T? result = null;
        string? problem = null;
        try
        {
            result = await resiliency.ForComponentOutbound(storeName).ExecuteAsync(_ => Task.FromResult(read(stores[storeName])), found => new AttemptOutcome(found is null, 0), cancellationToken);
        }
        catch (Exception exception) when (exception is CircuitOpenException or TimeoutException)
        {
            problem = exception.Message;
        }

        metrics.Secret(storeName, operation, result is not null, began);
        return (result, problem);
    }

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
