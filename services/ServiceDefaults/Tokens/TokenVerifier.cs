using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ServiceDefaults;

/// <summary>Verifies ES256 tokens: algorithm fixed, signature, issuer, audience, times with 30 s of clock skew.</summary>
internal sealed class TokenVerifier(TokenKeys keys, TimeProvider clock) : ITokenVerifier
{
    private const int MaxLength = 8192;
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);
    private static readonly TokenVerdict Refused = new(null, Codes.Unauthenticated);

    public async ValueTask<TokenVerdict> VerifyAsync(string token, CancellationToken ct)
    {
        if (Parse(token) is not { } parts || Text(parts.Header, "alg") != "ES256" || Text(parts.Header, "kid") is not { } kid)
        {
            return Refused;
        }

        var (key, available) = await keys.FindAsync(kid, ct);
        if (!available)
        {
            return new TokenVerdict(null, Codes.ServiceUnavailable);
        }

        return key is not null && key.VerifyData(parts.Signed, parts.Signature, HashAlgorithmName.SHA256) ? Judge(parts.Payload, token) : Refused;
    }

    private TokenVerdict Judge(JsonElement claims, string token)
    {
        if (Text(claims, "iss") != TokenClaims.Issuer || Text(claims, "aud") != TokenClaims.Audience || Time(claims, "exp") is not { } expires || !Guid.TryParse(Text(claims, "sub"), out var user))
        {
            return Refused;
        }

        var now = clock.GetUtcNow();
        if (Time(claims, "iat") is { } issued && issued - Skew > now)
        {
            return Refused;
        }

        if (expires + Skew <= now)
        {
            return new TokenVerdict(null, Codes.TokenExpired);
        }

        return new TokenVerdict(new RequestContext
        {
            TenantId = Text(claims, "tid") ?? RequestContext.DefaultTenant,
            UserId = user,
            SessionId = Text(claims, "sid"),
            Roles = Words(claims, "roles"),
            Permissions = Words(claims, "permissions"),
            Actor = $"user:{user}",
            BearerToken = token,
        }, null);
    }

    private static Parts? Parse(string token)
    {
        var dots = token.Split('.');
        if (token.Length > MaxLength || dots.Length != 3)
        {
            return null;
        }

        try
        {
            var header = JsonElement.Parse(Base64Url.DecodeFromChars(dots[0]));
            var payload = JsonElement.Parse(Base64Url.DecodeFromChars(dots[1]));
            return header.ValueKind != JsonValueKind.Object || payload.ValueKind != JsonValueKind.Object
                ? null
                : new Parts(header, payload, Encoding.ASCII.GetBytes($"{dots[0]}.{dots[1]}"), Base64Url.DecodeFromChars(dots[2]));
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DateTimeOffset? Time(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seconds) && seconds is > 0 and < 253402300800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    private static ImmutableHashSet<string> Words(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().Where(word => word.ValueKind == JsonValueKind.String).Select(word => word.GetString()!).ToImmutableHashSet(StringComparer.Ordinal)
            : [];

    private sealed record Parts(JsonElement Header, JsonElement Payload, byte[] Signed, byte[] Signature);
}
