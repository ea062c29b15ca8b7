using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Sidecar.Crypto.Scheme;

/// <summary>The key of one document, with the two keys derived from it: one signs the header, one encrypts the segments. Never used for a second document.</summary>
internal sealed class FileKey : IDisposable
{
    public const int KeyLength = 32;
    public const int TagLength = 16;
    private const int NonceLength = 12;
    private readonly byte[] _headerKey;
    private readonly byte[] _noncePrefix;
    private readonly AesGcm? _aes;
    private readonly ChaCha20Poly1305? _chaCha;

    public FileKey(byte[] key, byte[] noncePrefix, string cipher)
    {
        _headerKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, KeyLength, info: Encoding.ASCII.GetBytes("header"));
        _noncePrefix = noncePrefix;
        var payloadKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, KeyLength, noncePrefix, Encoding.ASCII.GetBytes("payload"));
        if (cipher == Manifest.ChaCha20Poly1305)
        {
            _chaCha = new ChaCha20Poly1305(payloadKey);
        }
        else
        {
            _aes = new AesGcm(payloadKey, TagLength);
        }

        CryptographicOperations.ZeroMemory(payloadKey);
    }

    /// <summary>The signature of a header, which ends with the newline behind the manifest.</summary>
    public byte[] Sign(ReadOnlySpan<byte> header) => HMACSHA256.HashData(_headerKey, header);

    /// <summary>Encrypts a segment; the tag follows the contents.</summary>
    public void Encrypt(ReadOnlySpan<byte> plain, Span<byte> result, uint number, bool isLast)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        Nonce(nonce, number, isLast);
        if (_aes is not null)
        {
            _aes.Encrypt(nonce, plain, result[..plain.Length], result[plain.Length..]);
        }
        else
        {
            _chaCha!.Encrypt(nonce, plain, result[..plain.Length], result[plain.Length..]);
        }
    }

    /// <summary>Decrypts a segment; false when it is not the one that was encrypted, at this place.</summary>
    public bool TryDecrypt(ReadOnlySpan<byte> segment, Span<byte> result, uint number, bool isLast)
    {
        if (segment.Length < TagLength)
        {
            return false;
        }

        Span<byte> nonce = stackalloc byte[NonceLength];
        Nonce(nonce, number, isLast);
        var contents = segment[..^TagLength];
        var tag = segment[^TagLength..];
        try
        {
            if (_aes is not null)
            {
                _aes.Decrypt(nonce, contents, tag, result);
            }
            else
            {
                _chaCha!.Decrypt(nonce, contents, tag, result);
            }

            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_headerKey);
        _aes?.Dispose();
        _chaCha?.Dispose();
    }

    // Prefix, number and a mark of the last one: segments cannot be swapped, left out or added at the end.
    private void Nonce(Span<byte> nonce, uint number, bool isLast)
    {
        _noncePrefix.CopyTo(nonce);
        BinaryPrimitives.WriteUInt32BigEndian(nonce[Manifest.NoncePrefixLength..], number);
        nonce[^1] = isLast ? (byte)1 : (byte)0;
    }
}
