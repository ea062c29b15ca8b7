using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ServiceDefaults;

/// <summary>Writes signed access tokens (ES256).</summary>
public static class TokenWriter
{
    /// <summary>The compact form of a token.</summary>
    public static string Write(TokenClaims claims, ECDsa key, string kid)
    {
        var header = JsonSerializer.SerializeToUtf8Bytes(new { alg = "ES256", typ = "JWT", kid });
        var payload = JsonSerializer.SerializeToUtf8Bytes(new
        {
            iss = TokenClaims.Issuer,
            aud = TokenClaims.Audience,
            sub = claims.Subject,
            sid = claims.SessionId,
            tid = claims.TenantId,
            roles = claims.Roles,
            jti = claims.TokenId,
            iat = claims.IssuedAt.ToUnixTimeSeconds(),
            exp = claims.ExpiresAt.ToUnixTimeSeconds(),
        });
        var signed = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(payload)}";
        return $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }
}
