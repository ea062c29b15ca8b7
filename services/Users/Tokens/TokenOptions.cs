using System.ComponentModel.DataAnnotations;

namespace Users.Tokens;

/// <summary>Settings of tokens (section <c>Tokens</c>).</summary>
internal sealed class TokenOptions
{
    public const string Section = "Tokens";

    /// <summary>Life of an access token in seconds. Default 900 (15 minutes), 60 to 3,600.</summary>
    [Range(60, 3_600, ErrorMessage = "Tokens:AccessSeconds must be between 60 and 3600 seconds.")]
    public int AccessSeconds { get; init; } = 900;

    /// <summary>Life of a refresh token in days; every rotation starts anew. Default 30, 1 to 365.</summary>
    [Range(1, 365, ErrorMessage = "Tokens:RefreshDays must be between 1 and 365 days.")]
    public int RefreshDays { get; init; } = 30;
}
