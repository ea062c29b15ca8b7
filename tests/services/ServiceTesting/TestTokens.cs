using System.Security.Cryptography;
using ServiceDefaults;

namespace ServiceTesting;

/// <summary>Mints access tokens with a key of its own, which the fake sidecar publishes in place of Users.</summary>
public sealed class TestTokens : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The id of the key.</summary>
    public string KeyId { get; } = Guid.NewGuid().ToString("N");

    /// <summary>The published key.</summary>
    public JsonWebKeys Keys => new([JsonWebKey.From(_key, KeyId)]);

    /// <summary>A token.</summary>
    /// <param name="roles">Default: customer.</param>
    /// <param name="lifetime">Default: 15 minutes; negative for an expired one.</param>
    public string Mint(Guid user, string[]? roles = null, string tenant = RequestContext.DefaultTenant, TimeSpan? lifetime = null, ECDsa? key = null, string? keyId = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        var expires = now + (lifetime ?? TimeSpan.FromMinutes(15));
        var issued = expires < now ? expires - TimeSpan.FromMinutes(15) : now;
        return TokenWriter.Write(new TokenClaims(user, Guid.NewGuid().ToString(), tenant, roles ?? [Roles.Customer], Guid.NewGuid(), issued, expires), key ?? _key, keyId ?? KeyId);
    }

    /// <inheritdoc />
    public void Dispose() => _key.Dispose();
}
