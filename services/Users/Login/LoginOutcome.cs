using Users.Tokens;

namespace Users.Login;

/// <summary>What became of a login: tokens, or wrong, or locked for a while, or (none of them) no time to check it.</summary>
internal sealed record LoginOutcome(TokenPair? Tokens, bool Wrong, TimeSpan? LockedFor)
{
    public static LoginOutcome Busy { get; } = new(null, Wrong: false, null);

    public static LoginOutcome WrongCredentials { get; } = new(null, Wrong: true, null);

    public static LoginOutcome Locked(TimeSpan rest) => new(null, Wrong: false, rest);

    public static LoginOutcome LoggedIn(TokenPair tokens) => new(tokens, Wrong: false, null);
}
