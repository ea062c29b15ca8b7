using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Sidecar.Crypto;

/// <summary>AES Key Wrap (RFC 3394): a key encrypted and authenticated by another, without a nonce.</summary>
internal static class AesKeyWrap
{
    private const int Block = 8;
    private const int Rounds = 6;
    private const ulong InitialValue = 0xA6A6A6A6A6A6A6A6;

    /// <summary>Wraps a key whose length is a multiple of 8 bytes; the result is 8 bytes longer.</summary>
    public static byte[] Wrap(byte[] wrappingKey, ReadOnlySpan<byte> key)
    {
        if (key.Length % Block != 0 || key.Length < 2 * Block)
        {
            throw new CryptoException("invalid plaintext length");
        }

        using var aes = Create(wrappingKey);
        var count = key.Length / Block;
        var result = new byte[key.Length + Block];
        key.CopyTo(result.AsSpan(Block));
        var register = InitialValue;
        Span<byte> block = stackalloc byte[2 * Block];
        for (var step = 0; step < Rounds * count; step++)
        {
            var part = result.AsSpan(Block * (1 + (step % count)), Block);
            BinaryPrimitives.WriteUInt64BigEndian(block, register);
            part.CopyTo(block[Block..]);
            aes.EncryptEcb(block, block, PaddingMode.None);
            register = BinaryPrimitives.ReadUInt64BigEndian(block) ^ (ulong)(step + 1);
            block[Block..].CopyTo(part);
        }

        BinaryPrimitives.WriteUInt64BigEndian(result, register);
        return result;
    }

    /// <summary>Unwraps a key; one that was tampered with, or wrapped by another key, throws.</summary>
    public static byte[] Unwrap(byte[] wrappingKey, ReadOnlySpan<byte> wrapped)
    {
        if (wrapped.Length % Block != 0 || wrapped.Length < 3 * Block)
        {
            throw new CryptoException("invalid ciphertext length");
        }

        using var aes = Create(wrappingKey);
        var result = wrapped[Block..].ToArray();
        var count = result.Length / Block;
        var register = BinaryPrimitives.ReadUInt64BigEndian(wrapped);
        Span<byte> block = stackalloc byte[2 * Block];
        for (var step = (Rounds * count) - 1; step >= 0; step--)
        {
            var part = result.AsSpan(Block * (step % count), Block);
            BinaryPrimitives.WriteUInt64BigEndian(block, register ^ (ulong)(step + 1));
            part.CopyTo(block[Block..]);
            aes.DecryptEcb(block, block, PaddingMode.None);
            register = BinaryPrimitives.ReadUInt64BigEndian(block);
            block[Block..].CopyTo(part);
        }

        Span<byte> check = stackalloc byte[Block];
        BinaryPrimitives.WriteUInt64BigEndian(block, InitialValue);
        BinaryPrimitives.WriteUInt64BigEndian(check, register);
        return CryptographicOperations.FixedTimeEquals(block[..Block], check) ? result : throw new CryptoException("failed to unwrap key");
    }

    private static Aes Create(byte[] key)
    {
        var aes = Aes.Create();
        aes.Key = key;
        return aes;
    }
}
