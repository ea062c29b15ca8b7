namespace Sidecar.Locks;

/// <summary>A store of locks with an owner and an end. Broken infrastructure throws.</summary>
internal interface ILockStore : IAsyncDisposable
{
    /// <summary>Why the store cannot be used at present; null while it can.</summary>
    string? Problem => null;

    /// <summary>Connects. Throws <see cref="Components.ComponentException"/>.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Takes the lock if nobody has it, the owner included; it ends by itself after the time. False when somebody has it.</summary>
    Task<bool> TryLockAsync(string key, string owner, TimeSpan expiry, CancellationToken cancellationToken);

    /// <summary>Gives the lock back if the owner has it.</summary>
    Task<UnlockStatus> UnlockAsync(string key, string owner, CancellationToken cancellationToken);
}

/// <summary>The outcome of an unlock, with Dapr's numbers.</summary>
internal enum UnlockStatus
{
    /// <summary>The lock is free.</summary>
    Success = 0,

    /// <summary>Nobody has the lock.</summary>
    LockDoesNotExist = 1,

    /// <summary>Somebody else has the lock.</summary>
    LockBelongsToOthers = 2,

    /// <summary>It is not known.</summary>
    InternalError = 3,
}
