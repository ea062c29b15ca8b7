namespace ServiceDefaults;

/// <summary>Where the public keys of tokens come from. Users registers one of its own, all others ask Users through the sidecar.</summary>
public interface IJwksSource
{
    /// <summary>All keys valid now. A fault when they cannot be had.</summary>
    Task<JsonWebKeys> GetAsync(CancellationToken ct);
}
