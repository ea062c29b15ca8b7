namespace ServiceDefaults;

/// <summary>A set of public keys (RFC 7517).</summary>
public sealed record JsonWebKeys(IReadOnlyList<JsonWebKey> Keys);
