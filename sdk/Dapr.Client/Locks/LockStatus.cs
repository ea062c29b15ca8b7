namespace Dapr.Client;

/// <summary>The outcome of an unlock.</summary>
public enum LockStatus
{
    /// <summary>The lock is free.</summary>
    Success,

    /// <summary>There was no lock.</summary>
    LockDoesNotExist,

    /// <summary>Somebody else holds it.</summary>
    LockBelongsToOthers,

    /// <summary>The store failed.</summary>
    InternalError,
}
