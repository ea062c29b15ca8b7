using ServiceDefaults;

namespace Users.SigningKeys;

/// <summary>This service verifies tokens with its own keys, without asking itself through the sidecar.</summary>
internal sealed class OwnJwksSource(SigningKeyRing ring) : IJwksSource
{
    public async Task<JsonWebKeys> GetAsync(CancellationToken ct) => new([.. (await ring.PublishedAsync(ct)).Select(key => key.ToPublicKey())]);
}
