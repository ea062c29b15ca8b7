namespace Users.Tokens;

/// <summary>Settings of tokens (section <c>Tokens</c>).</summary>
internal sealed class TokenOptions
{
    public const string Section = "Tokens";

    /// <summary>Life of an access token in seconds. Default 900 (15 minutes), 60 to 3,600.</summary>
    public int AccessSeconds { get; init; } = 900;

    /// <summary>Life of a refresh token in days; every rotation starts anew. Default 30, 1 to 365.</summary>
    public int RefreshDays { get; init; } = 30;
}
