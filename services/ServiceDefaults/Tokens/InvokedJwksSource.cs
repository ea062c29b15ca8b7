namespace ServiceDefaults;

/// <summary>Asks Users for the keys, through the sidecar.</summary>
internal sealed class InvokedJwksSource(ISidecar sidecar) : IJwksSource
{
    public async Task<JsonWebKeys> GetAsync(CancellationToken ct) =>
        await sidecar.GetAsync<JsonWebKeys>("users", "/api/v1/auth/jwks", RequestContext.Anonymous(), ct)
            ?? throw new TransientCallException("users has no keys published.");
}
