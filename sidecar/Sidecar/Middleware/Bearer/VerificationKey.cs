using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Sidecar.Middleware.Bearer;

/// <summary>
/// A public key of a JSON Web Key Set (RFC 7517). Invariant: the key's type says which algorithms may verify with it, never the token alone; symmetric keys
/// and <c>none</c> are no keys.
/// </summary>
internal sealed class VerificationKey : IDisposable
{
    private readonly AsymmetricAlgorithm _key;
    private readonly IReadOnlyList<string> _algorithms;

    private VerificationKey(string id, AsymmetricAlgorithm key, IReadOnlyList<string> algorithms)
    {
        Id = id;
        _key = key;
        _algorithms = algorithms;
    }

    /// <summary>The key's id, which tokens name.</summary>
    public string Id { get; }

    /// <summary>Reads a key; null when it is none that signatures can be verified with.</summary>
    public static VerificationKey? Read(JsonElement key)
    {
        if (key.ValueKind != JsonValueKind.Object || Text(key, "kid") is not { Length: > 0 } id || Text(key, "use") is not (null or "sig"))
        {
            return null;
        }

        try
        {
            var (algorithm, fitting) = Text(key, "kty") switch
            {
                "RSA" => ((AsymmetricAlgorithm?)Rsa(key), (string[])["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]),
                "EC" => Curve(key),
                _ => (null, []),
            };
            return algorithm is null ? null : new VerificationKey(id, algorithm, Text(key, "alg") is { } only ? [.. fitting.Where(name => name == only)] : fitting);
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Whether a signature is this key's.</summary>
    public bool Verifies(string algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        if (!_algorithms.Contains(algorithm, StringComparer.Ordinal))
        {
            return false;
        }

        var hash = algorithm[2..] switch { "256" => HashAlgorithmName.SHA256, "384" => HashAlgorithmName.SHA384, _ => HashAlgorithmName.SHA512 };
        return _key switch
        {
            RSA rsa => rsa.VerifyData(signed, signature, hash, algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1),
            ECDsa curve => curve.VerifyData(signed, signature, hash),
            _ => false,
        };
    }

    /// <inheritdoc />
    public void Dispose() => _key.Dispose();

    private static RSA? Rsa(JsonElement key) =>
        Bytes(key, "n") is { } modulus && Bytes(key, "e") is { } exponent ? RSA.Create(new RSAParameters { Modulus = modulus, Exponent = exponent }) : null;

    private static (AsymmetricAlgorithm?, string[]) Curve(JsonElement key)
    {
        var (curve, algorithm) = Text(key, "crv") switch
        {
            "P-256" => (ECCurve.NamedCurves.nistP256, "ES256"),
            "P-384" => (ECCurve.NamedCurves.nistP384, "ES384"),
            "P-521" => (ECCurve.NamedCurves.nistP521, "ES512"),
            _ => (default, ""),
        };
        return algorithm.Length > 0 && Bytes(key, "x") is { } x && Bytes(key, "y") is { } y
            ? (ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = x, Y = y } }), [algorithm])
            : (null, []);
    }

    private static byte[]? Bytes(JsonElement key, string name) => Text(key, name) is { } text ? Base64Url.DecodeFromChars(text) : null;

    private static string? Text(JsonElement key, string name) => key.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
