namespace Sidecar.Crypto.Scheme;

/// <summary>How a document is encrypted.</summary>
/// <param name="KeyName">The vault's key.</param>
/// <param name="Algorithm">How the document's key is wrapped, e.g. <c>A256KW</c> or <c>RSA</c>; case does not matter.</param>
internal sealed record EncryptionOptions(string KeyName, string Algorithm)
{
    /// <summary>The cipher of the contents, in any case; empty = AES-GCM.</summary>
    public string Cipher { get; init; } = "";

    /// <summary>Leaves the key's name out of the document; who decrypts it must know.</summary>
    public bool OmitsKeyName { get; init; }

    /// <summary>The key that the document names instead, e.g. the private one of a pair; empty = the one that it is encrypted with.</summary>
    public string DecryptionKeyName { get; init; } = "";
}
