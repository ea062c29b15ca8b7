namespace Users.Tokens;

/// <summary>A refresh token as stored.</summary>
internal sealed record RefreshTokenRow(Guid Id, Guid UserId, Guid SessionId, DateTimeOffset ExpiresAt, bool Used, bool Revoked);
