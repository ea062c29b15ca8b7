namespace Users.Tokens;

/// <summary>What a login or a refresh hands out; <paramref name="ExpiresIn"/> is the access token's life in seconds.</summary>
internal sealed record TokenPair(string AccessToken, string RefreshToken, string TokenType, int ExpiresIn, Guid UserId)
{
    /// <summary>Keeps the tokens out of logs and messages.</summary>
    public override string ToString() => nameof(TokenPair);
}
