using System.Security.Cryptography;

namespace Sidecar.Crypto;

/// <summary>A key of a vault and what it may be used for. A key that is neither symmetric nor RSA fits no algorithm.</summary>
/// <param name="Symmetric">The bytes of a symmetric key.</param>
/// <param name="Rsa">An RSA key.</param>
/// <param name="HasPrivatePart">Whether the RSA key can decrypt.</param>
internal sealed record CryptoKey(byte[]? Symmetric = null, RSA? Rsa = null, bool HasPrivatePart = false) : IDisposable
{
    /// <summary>JWK's <c>use</c>; empty = anything.</summary>
    public string Use { get; init; } = "";

    /// <summary>JWK's <c>key_ops</c>; empty = anything.</summary>
    public IReadOnlyList<string> Operations { get; init; } = [];

    /// <summary>JWK's <c>alg</c>; empty = any.</summary>
    public string Algorithm { get; init; } = "";

    /// <summary>Refuses what the key says it is not for. Throws <see cref="CryptoException"/>.</summary>
    public void Check(string operation, string algorithm)
    {
        if ((Operations.Count > 0 && !Operations.Contains(operation, StringComparer.Ordinal)) || (Use.Length > 0 && Use != "enc"))
        {
            throw new CryptoException($"key cannot perform the '{operation}' operation");
        }

        if (Algorithm.Length > 0 && Algorithm != algorithm)
        {
            throw new CryptoException($"key cannot be used with algorithm '{algorithm}'");
        }
    }

    /// <summary>The bytes of an AES key of a size in bits.</summary>
    public byte[] Aes(int bits) => Symmetric is { } bytes && bytes.Length * 8 == bits ? bytes : throw Mismatch();

    /// <summary>The RSA key to encrypt with.</summary>
    public RSA PublicRsa() => Rsa ?? throw Mismatch();

    /// <summary>The RSA key to decrypt with.</summary>
    public RSA PrivateRsa() => HasPrivatePart && Rsa is not null ? Rsa : throw Mismatch();

    /// <inheritdoc />
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(Symmetric);
        Rsa?.Dispose();
    }

    private static CryptoException Mismatch() => new("key type mismatch");
}
