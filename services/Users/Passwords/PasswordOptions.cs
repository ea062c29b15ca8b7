namespace Users.Passwords;

/// <summary>Settings of password hashing (section <c>Passwords</c>).</summary>
internal sealed class PasswordOptions
{
    public const string Section = "Passwords";

    /// <summary>
    /// PBKDF2 rounds (HMAC-SHA512) of new hashes. Default 210,000, the recommended number; 100,000 to 10,000,000. An older hash with
    /// fewer rounds is replaced at the user's next login.
    /// </summary>
    public int Iterations { get; init; } = 210_000;

    /// <summary>How long a login waits for its turn when all processors are hashing, in seconds. Default 5, 1 to 60.</summary>
    public int QueueSeconds { get; init; } = 5;
}
