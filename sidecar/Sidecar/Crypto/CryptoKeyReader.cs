using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Sidecar.Crypto;

/// <summary>Reads a key file: a JWK, PEM, or a symmetric key as Base64 (either alphabet, with or without padding) or as it is. Throws <see cref="CryptoException"/>.</summary>
internal static class CryptoKeyReader
{
    /// <summary>The key; an extension <c>.json</c> or <c>.pem</c> says what it is, otherwise its content does.</summary>
    public static CryptoKey Read(byte[] bytes, string extension) => (bytes, extension) switch
    {
        ({ Length: 0 }, _) => throw new CryptoException("key is empty"),
        (_, ".json") => ReadJwk(bytes),
        (_, ".pem") => ReadPem(bytes),
        ([(byte)'{', ..], _) when bytes.Length is not (16 or 24 or 32) => ReadJwk(bytes),
        _ when bytes.Length > 10 && bytes.AsSpan().StartsWith("-----"u8) => ReadPem(bytes),
        _ => new CryptoKey(ReadSymmetric(bytes)),
    };

    private static byte[] ReadSymmetric(byte[] bytes)
    {
        var text = bytes.AsSpan().TrimEnd("\n="u8);
        var urlSafe = text.ToArray();
        urlSafe.AsSpan().Replace((byte)'+', (byte)'-');
        urlSafe.AsSpan().Replace((byte)'/', (byte)'_');
        var mixed = text.ContainsAny("+/"u8) && text.ContainsAny("-_"u8);
        return !mixed && Base64Url.IsValid(urlSafe) && !text.ContainsAny(" \t"u8) ? Base64Url.DecodeFromUtf8(urlSafe) : bytes;
    }

    private static CryptoKey ReadPem(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var label = PemEncoding.TryFind(text, out var fields) ? text[fields.Label] : throw new CryptoException("failed to decode PEM data");
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(text);
            return new CryptoKey(Rsa: rsa, HasPrivatePart: label.EndsWith("PRIVATE KEY", StringComparison.Ordinal));
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            // Another kind of key is one that fits no algorithm; garbage is not.
            rsa.Dispose();
            return IsElliptic(text) ? new CryptoKey() : throw new CryptoException($"failed to parse {label}: {exception.Message}");
        }
    }

    private static bool IsElliptic(string text)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(text);
            return true;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    private static CryptoKey ReadJwk(byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var jwk = document.RootElement;
            var key = Text(jwk, "kty") switch
            {
                "oct" => new CryptoKey(Bytes(jwk, "k") ?? throw new CryptoException("required field k is missing")),
                "RSA" => ReadRsa(jwk),
                "EC" or "OKP" => new CryptoKey(),
                var other => throw new CryptoException($"invalid key type from JSON ({other})"),
            };
            return key with
            {
                Use = Text(jwk, "use"),
                Algorithm = Text(jwk, "alg"),
                Operations = jwk.TryGetProperty("key_ops", out var operations) && operations.ValueKind == JsonValueKind.Array ? [.. operations.EnumerateArray().Select(operation => operation.ToString())] : [],
            };
        }
        catch (Exception exception) when (exception is JsonException or FormatException or CryptographicException or InvalidOperationException)
        {
            throw new CryptoException($"failed to unmarshal JSON into key: {exception.Message}");
        }
    }

    private static CryptoKey ReadRsa(JsonElement jwk)
    {
        var isPrivate = Bytes(jwk, "d") is not null;
        var rsa = RSA.Create();
        rsa.ImportParameters(new RSAParameters
        {
            Modulus = Bytes(jwk, "n"),
            Exponent = Bytes(jwk, "e"),
            D = Bytes(jwk, "d"),
            P = Bytes(jwk, "p"),
            Q = Bytes(jwk, "q"),
            DP = Bytes(jwk, "dp"),
            DQ = Bytes(jwk, "dq"),
            InverseQ = Bytes(jwk, "qi"),
        });
        return new CryptoKey(Rsa: rsa, HasPrivatePart: isPrivate);
    }

    private static string Text(JsonElement jwk, string name) => jwk.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    private static byte[]? Bytes(JsonElement jwk, string name) => jwk.TryGetProperty(name, out var value) ? Base64Url.DecodeFromChars(value.GetString()) : null;
}
