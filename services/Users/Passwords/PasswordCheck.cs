namespace Users.Passwords;

/// <summary>What a password was found to be.</summary>
internal enum PasswordCheck
{
    Wrong,
    Right,

    /// <summary>Right, but hashed at a lower cost than new ones.</summary>
    RightButWeaklyHashed,
}
