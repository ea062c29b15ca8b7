using Sidecar.Resiliency;

namespace Sidecar.Locks;

/// <summary>The lock stores by name: checks requests, makes the stored keys, calls under the component's outbound policy. Both APIs go through here.</summary>
internal sealed class LockStores(IReadOnlyDictionary<string, LoadedLockStore> stores, string appId, IResiliency resiliency)
{
    private const string Separator = "||";

    /// <summary>Tries to take a lock; false when somebody has it.</summary>
    public async Task<LockResult<bool>> TryLockAsync(string store, string resource, string owner, int expiryInSeconds, CancellationToken cancellationToken)
    {
        if (expiryInSeconds <= 0)
        {
            return LockFailure.Invalid(store, "ExpiryInSeconds is not positive");
        }

        if (Check(store, resource, owner) is { } failure)
        {
            return failure;
        }

        if (KeyProblem(resource) is { } problem)
        {
            return LockFailure.TryLock(problem);
        }

        try
        {
            return await RunAsync(store, token => stores[store].Store.TryLockAsync(Key(store, resource), owner, TimeSpan.FromSeconds(expiryInSeconds), token), cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return LockFailure.TryLock(exception.Message);
        }
    }

    /// <summary>Gives a lock back.</summary>
    public async Task<LockResult<UnlockStatus>> UnlockAsync(string store, string resource, string owner, CancellationToken cancellationToken)
    {
        if (Check(store, resource, owner) is { } failure)
        {
            return failure;
        }

        if (KeyProblem(resource) is { } problem)
        {
            return LockFailure.Unlock(problem);
        }

        try
        {
            return await RunAsync(store, token => stores[store].Store.UnlockAsync(Key(store, resource), owner, token), cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return LockFailure.Unlock(exception.Message);
        }
    }

    /// <summary>Why metadata <c>keyPrefix</c> or a resource id cannot be used, or null.</summary>
    public static string? KeyProblem(string key) => key.Contains(Separator, StringComparison.Ordinal) ? $"input key/keyPrefix '{key}' can't contain '{Separator}'" : null;

    private LockFailure? Check(string store, string resource, string owner) =>
        stores.Count == 0 ? LockFailure.NotConfigured
        : resource.Length == 0 ? LockFailure.Invalid(store, "ResourceId is empty")
        : owner.Length == 0 ? LockFailure.Invalid(store, "LockOwner is empty")
        : !stores.ContainsKey(store) ? LockFailure.NotFound(store)
        : null;

    private string Key(string store, string resource)
    {
        var strategy = stores[store].Spec["keyPrefix"]?.ToLowerInvariant() ?? "appid";
        var prefix = strategy switch { "none" => null, "name" => store, "appid" => appId, _ => strategy };
        return string.IsNullOrEmpty(prefix) ? $"lock{Separator}{resource}" : $"lock{Separator}{prefix}{Separator}{resource}";
    }

    private Task<T> RunAsync<T>(string store, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        stores[store].Usage.Track(resiliency.ForComponentOutbound(store).ExecuteAsync(call, _ => AttemptOutcome.Success, cancellationToken));
}
