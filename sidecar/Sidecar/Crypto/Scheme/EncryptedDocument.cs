using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace Sidecar.Crypto.Scheme;

/// <summary>
/// Documents of the scheme <c>dapr.io/enc/v1</c>: a signed header, then segments of 64 KiB, each encrypted and authenticated for itself, so that
/// memory does not grow with the document. Pieces given out are valid until the next one is asked for. Throws <see cref="CryptoException"/>.
/// </summary>
internal static class EncryptedDocument
{
    private const int SegmentLength = 64 * 1024;

    /// <summary>Encrypts the input with a new key that the vault wraps: the header first, then the segments.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> EncryptAsync(PipeReader input, EncryptionOptions options, KeyVault vault, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var algorithm = Manifest.ResolveAlgorithm(options.Algorithm);
        var cipher = Manifest.ResolveCipher(options.Cipher);
        var key = RandomNumberGenerator.GetBytes(FileKey.KeyLength);
        var noncePrefix = RandomNumberGenerator.GetBytes(Manifest.NoncePrefixLength);
        using var fileKey = new FileKey(key, noncePrefix, cipher);
        var wrapped = await WrapAsync(vault, key, algorithm, options.KeyName);
        var named = options.DecryptionKeyName.Length > 0 ? options.DecryptionKeyName : options.KeyName;
        yield return Header(fileKey, new Manifest(options.OmitsKeyName ? "" : named, algorithm, wrapped, cipher, noncePrefix));

        await foreach (var segment in SegmentsAsync(input, SegmentLength, cancellationToken))
        {
            var result = segment.Result.AsMemory(0, segment.Length + FileKey.TagLength);
            fileKey.Encrypt(segment.Contents.Span, result.Span, segment.Number, segment.IsLast);
            yield return result;
        }
    }

    /// <summary>Decrypts a document by the key that it names, or by another one.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> DecryptAsync(PipeReader input, string keyName, KeyVault vault, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var header = await DocumentHeader.ReadAsync(input, cancellationToken);
        var manifest = Manifest.Read(header.Manifest) ?? throw new CryptoException("invalid header: invalid manifest");
        var name = keyName.Length > 0 ? keyName : manifest.KeyName;
        if (name.Length == 0)
        {
            throw new CryptoException("document's manifest does not contain a key name, and no key name was provided");
        }

        using var fileKey = new FileKey(await UnwrapAsync(vault, manifest, name), manifest.NoncePrefix, manifest.Cipher);
        Verify(fileKey, header);
        await foreach (var segment in SegmentsAsync(input, SegmentLength + FileKey.TagLength, cancellationToken))
        {
            var result = segment.Result.AsMemory(0, Math.Max(segment.Length - FileKey.TagLength, 0));
            if (!fileKey.TryDecrypt(segment.Contents.Span, result.Span, segment.Number, segment.IsLast))
            {
                throw new CryptoException($"error processing segment {segment.Number}: failed to decrypt segment");
            }

            yield return result;
        }
    }

    private static byte[] Header(FileKey fileKey, Manifest manifest)
    {
        var signed = DocumentHeader.Signed(manifest.Write());
        byte[] header = [.. signed, .. Encoding.ASCII.GetBytes(Convert.ToBase64String(fileKey.Sign(signed))), (byte)'\n'];
        return header.Length <= DocumentHeader.MaxLength ? header : throw new CryptoException("failed to sign header: header is too long");
    }

    private static void Verify(FileKey fileKey, DocumentHeader header)
    {
        var signature = new byte[header.Signature.Length];
        if (!Convert.TryFromBase64String(Encoding.ASCII.GetString(header.Signature), signature, out var length))
        {
            throw new CryptoException("failed to decode header's signature: illegal base64 data");
        }

        if (!CryptographicOperations.FixedTimeEquals(fileKey.Sign(DocumentHeader.Signed(header.Manifest)), signature.AsSpan(0, length)))
        {
            throw new CryptoException("failed to validate the document's signature");
        }
    }

    private static async Task<byte[]> WrapAsync(KeyVault vault, byte[] key, string algorithm, string keyName)
    {
        try
        {
            return await vault.WrapAsync(key, algorithm, keyName);
        }
        catch (CryptoException exception)
        {
            throw new CryptoException($"failed to wrap the file key: {exception.Message}");
        }
    }

    // Whether the key does not exist or does not fit is not told apart from a bad signature: that would help somebody who tries out names.
    private static async Task<byte[]> UnwrapAsync(KeyVault vault, Manifest manifest, string keyName)
    {
        try
        {
            var key = await vault.UnwrapAsync(manifest.WrappedKey, manifest.Algorithm, keyName);
            return key.Length == FileKey.KeyLength ? key : new byte[FileKey.KeyLength];
        }
        catch (CryptoException)
        {
            return new byte[FileKey.KeyLength];
        }
    }

    // A segment is the last one when the input ends with it, which the byte behind it tells.
    private static async IAsyncEnumerable<Segment> SegmentsAsync(PipeReader input, int length, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var contents = ArrayPool<byte>.Shared.Rent(length);
        var result = ArrayPool<byte>.Shared.Rent(length + FileKey.TagLength);
        try
        {
            for (uint number = 0; ; number++)
            {
                var read = await input.ReadAtLeastAsync(length + 1, cancellationToken);
                var isLast = read.Buffer.Length <= length;
                var piece = isLast ? read.Buffer : read.Buffer.Slice(0, length);
                if (piece.IsEmpty)
                {
                    // Only an empty document ends without a last segment.
                    yield break;
                }

                piece.CopyTo(contents);
                var segment = new Segment(contents.AsMemory(0, (int)piece.Length), result, number, isLast);
                input.AdvanceTo(piece.End);
                yield return segment;
                if (isLast)
                {
                    yield break;
                }

                if (number == uint.MaxValue)
                {
                    throw new CryptoException("input stream is too large");
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(contents, clearArray: true);
            ArrayPool<byte>.Shared.Return(result, clearArray: true);
        }
    }

    private readonly record struct Segment(ReadOnlyMemory<byte> Contents, byte[] Result, uint Number, bool IsLast)
    {
        public int Length => Contents.Length;
    }
}
