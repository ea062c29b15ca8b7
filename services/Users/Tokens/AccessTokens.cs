using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using ServiceDefaults;
using Users.Accounts;
using Users.SigningKeys;

namespace Users.Tokens;

/// <summary>Makes access tokens: JSON Web Tokens signed with ES256.</summary>
internal sealed class AccessTokens(SigningKeyRing keys, IOptions<TokenOptions> options, IIdGenerator ids, TimeProvider time)
{
    private const string Platform = "platform";

    public async Task<string> CreateAsync(UserRow user, string tenant, Guid session, CancellationToken ct)
    {
        var key = await keys.CurrentAsync(ct);
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var header = Encode(new { alg = "ES256", typ = "JWT", kid = key.Kid });
        var claims = Encode(new
        {
            iss = Platform,
            aud = Platform,
            sub = user.Id,
            sid = session,
            tid = tenant,
            roles = user.Roles,
            jti = ids.NewId(),
            iat = now,
            exp = now + options.Value.AccessSeconds,
        });
        var signature = key.Sign(Encoding.ASCII.GetBytes($"{header}.{claims}"));
        return $"{header}.{claims}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(object part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));
}
