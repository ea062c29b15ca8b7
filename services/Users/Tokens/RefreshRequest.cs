namespace Users.Tokens;

/// <summary>Body of a refresh.</summary>
internal sealed record RefreshRequest(string? RefreshToken = null)
{
    /// <summary>Keeps the token out of logs and messages.</summary>
    public override string ToString() => nameof(RefreshRequest);
}
