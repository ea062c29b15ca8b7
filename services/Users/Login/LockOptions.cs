using System.ComponentModel.DataAnnotations;

namespace Users.Login;

/// <summary>Settings of the lock after failed logins (section <c>LoginLock</c>).</summary>
internal sealed class LockOptions
{
    public const string Section = "LoginLock";

    /// <summary>Failures of one pair of email and address that lock it. Default 5, 1 to 100.</summary>
    [Range(1, 100, ErrorMessage = "LoginLock:Failures must be between 1 and 100.")]
    public int Failures { get; init; } = 5;

    /// <summary>Within how many minutes they count together, and how long the lock holds. Default 15, 1 to 1,440.</summary>
    [Range(1, 1_440, ErrorMessage = "LoginLock:Minutes must be between 1 and 1440 minutes.")]
    public int Minutes { get; init; } = 15;
}
