using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Sidecar.Middleware.Bearer;

/// <summary>A signed JSON Web Token (RFC 7519) in its compact form, not verified.</summary>
internal sealed record WebToken(string Algorithm, string KeyId, byte[] Signed, byte[] Signature, JsonElement Claims)
{
    private const int MaxLength = 16 * 1024;

    /// <summary>Reads a token; null when it is none, or names no key.</summary>
    public static WebToken? Read(string text)
    {
        var parts = text.Length <= MaxLength ? text.Split('.') : [];
        if (parts.Length != 3)
        {
            return null;
        }

        try
        {
            var header = JsonElement.Parse(Base64Url.DecodeFromChars(parts[0]));
            var claims = JsonElement.Parse(Base64Url.DecodeFromChars(parts[1]));
            return claims.ValueKind == JsonValueKind.Object && header.ValueKind == JsonValueKind.Object && !header.TryGetProperty("crit", out _)
                && TextOf(header, "alg") is { } algorithm && TextOf(header, "kid") is { } key
                ? new WebToken(algorithm, key, Encoding.ASCII.GetBytes(text[..text.LastIndexOf('.')]), Base64Url.DecodeFromChars(parts[2]), claims)
                : null;
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether the claims are those of a token of this issuer for this audience at this time.</summary>
    public bool IsFor(string issuer, string audience, DateTimeOffset now, TimeSpan skew) =>
        TextOf(Claims, "iss") == issuer && HasAudience(audience)
        && IsTime("exp", expires => expires > now - skew)
        && IsTime("nbf", begins => begins <= now + skew)
        && IsTime("iat", issued => issued <= now + skew);

    private bool HasAudience(string audience) => Claims.TryGetProperty("aud", out var value) && (value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() == audience,
        JsonValueKind.Array => value.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.String && one.GetString() == audience),
        _ => false,
    });

    // A claim that is not there is not checked; one that is no time fails.
    private bool IsTime(string name, Func<DateTimeOffset, bool> check)
    {
        const double Latest = 253_402_300_799;
        return !Claims.TryGetProperty(name, out var value)
            || (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is >= 0 and <= Latest && check(DateTimeOffset.UnixEpoch.AddSeconds(seconds)));
    }

    private static string? TextOf(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
