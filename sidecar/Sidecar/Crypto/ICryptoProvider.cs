namespace Sidecar.Crypto;

/// <summary>One crypto component: a vault that wraps the keys of documents with keys of its own, which never leave it.</summary>
internal interface ICryptoProvider
{
    /// <summary>Encrypts a document's key. Throws <see cref="CryptoException"/>.</summary>
    Task<byte[]> WrapKeyAsync(ReadOnlyMemory<byte> key, string algorithm, string keyName, CancellationToken cancellationToken);

    /// <summary>Decrypts a document's key. Throws <see cref="CryptoException"/>.</summary>
    Task<byte[]> UnwrapKeyAsync(ReadOnlyMemory<byte> wrapped, string algorithm, string keyName, CancellationToken cancellationToken);
}
