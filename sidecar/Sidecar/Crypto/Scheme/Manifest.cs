using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sidecar.Api.Http;

namespace Sidecar.Crypto.Scheme;

/// <summary>The second line of an encrypted document: what is needed besides the vault's key to decrypt it.</summary>
/// <param name="KeyName">The vault's key; empty = not told.</param>
/// <param name="Algorithm">How the document's key is wrapped.</param>
/// <param name="WrappedKey">The document's key.</param>
/// <param name="Cipher">The cipher of the contents.</param>
/// <param name="NoncePrefix">Seven random bytes, the beginning of every segment's nonce.</param>
internal sealed record Manifest(string KeyName, string Algorithm, byte[] WrappedKey, string Cipher, byte[] NoncePrefix)
{
    public const int NoncePrefixLength = 7;
    public const string AesGcm = "AES-GCM";
    public const string ChaCha20Poly1305 = "CHACHA20-POLY1305";

    // The place in the list, from 1, is the number in the document.
    private static readonly string[] Algorithms = ["A256KW", "A128CBC-NOPAD", "A192CBC-NOPAD", "A256CBC-NOPAD", "RSA-OAEP-256"];
    private static readonly string[] Ciphers = [AesGcm, ChaCha20Poly1305];

    /// <summary>The algorithm that a client names; its short names are resolved.</summary>
    public static string ResolveAlgorithm(string name) => name.ToUpperInvariant() switch
    {
        "AES" => "A256KW",
        "RSA" => "RSA-OAEP-256",
        var upper when Algorithms.Contains(upper, StringComparer.Ordinal) => upper,
        var unknown => throw new CryptoException($"option Algorithm is not valid: algorithm {unknown} is not supported"),
    };

    /// <summary>The cipher that a client names.</summary>
    public static string ResolveCipher(string name) => name.ToUpperInvariant() switch
    {
        "" => AesGcm,
        var upper when Ciphers.Contains(upper, StringComparer.Ordinal) => upper,
        var unknown => throw new CryptoException($"option Cipher is not valid: cipher {unknown} is not supported"),
    };

    /// <summary>Reads a manifest; null when it is none. Why is not told: it might help somebody who makes them up.</summary>
    public static Manifest? Read(ReadOnlyMemory<byte> json)
    {
        using var document = GoJson.Decode(json, out _);
        if (document is not { RootElement.ValueKind: JsonValueKind.Object })
        {
            return null;
        }

        var root = document.RootElement;
        var name = GoJson.Member(root, "k");
        return name is null or { ValueKind: JsonValueKind.String or JsonValueKind.Null }
            && Choice(root, "kw", Algorithms) is { } algorithm
            && Choice(root, "cph", Ciphers) is { } cipher
            && Bytes(root, "wfk") is { Length: > 0 } key
            && Bytes(root, "np") is { Length: NoncePrefixLength } nonce
                ? new Manifest(name?.GetString() ?? "", algorithm, key, cipher, nonce)
                : null;
    }

    /// <summary>The manifest as JSON.</summary>
    public byte[] Write()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (KeyName.Length > 0)
            {
                json.WriteString("k", KeyName);
            }

            json.WriteNumber("kw", Array.IndexOf(Algorithms, Algorithm) + 1);
            json.WriteBase64String("wfk", WrappedKey);
            json.WriteNumber("cph", Array.IndexOf(Ciphers, Cipher) + 1);
            json.WriteBase64String("np", NoncePrefix);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static string? Choice(JsonElement root, string name, string[] choices) =>
        GoJson.Member(root, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var place) && place >= 1 && place <= choices.Length ? choices[place - 1] : null;

    private static byte[]? Bytes(JsonElement root, string name) =>
        GoJson.Member(root, name) is { ValueKind: JsonValueKind.String } text && text.TryGetBytesFromBase64(out var bytes) ? bytes : null;
}
