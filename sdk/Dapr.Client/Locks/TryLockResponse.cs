using System.Diagnostics.CodeAnalysis;

namespace Dapr.Client;

/// <summary>The answer to an attempt to lock; disposing it unlocks when the attempt succeeded.</summary>
[Experimental("DAPR_DISTRIBUTEDLOCK")]
public sealed class TryLockResponse : IAsyncDisposable
{
    /// <summary>Whether the lock was taken.</summary>
    public bool Success { get; init; }

    /// <summary>The locked resource.</summary>
    public string ResourceId { get; init; } = string.Empty;

    /// <summary>Who holds the lock.</summary>
    public string LockOwner { get; init; } = string.Empty;

    /// <summary>The lock store.</summary>
    public string StoreName { get; init; } = string.Empty;

    /// <summary>Unlocks, through a client of its own as the official package does, if the lock was taken.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Success)
        {
            using var client = new DaprClientBuilder().Build();
            await client.Unlock(StoreName, ResourceId, LockOwner);
        }
    }
}
