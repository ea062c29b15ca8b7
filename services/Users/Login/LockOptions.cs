namespace Users.Login;

/// <summary>Settings of the lock after failed logins (section <c>LoginLock</c>).</summary>
internal sealed class LockOptions
{
    public const string Section = "LoginLock";

    /// <summary>Failures of one pair of email and address that lock it. Default 5, 1 to 100.</summary>
    public int Failures { get; init; } = 5;

    /// <summary>Within how many minutes they count together, and how long the lock holds. Default 15, 1 to 1,440.</summary>
    public int Minutes { get; init; } = 15;
}
