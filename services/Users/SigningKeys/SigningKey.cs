using System.Buffers.Text;
using System.Security.Cryptography;

namespace Users.SigningKeys;

/// <summary>An ES256 key: signs from <paramref name="ActiveFrom"/> until the next one is active, is published until it is retired.</summary>
/// <param name="Kid">The RFC 7638 thumbprint of the public key.</param>
/// <param name="PrivateKey">PKCS #8.</param>
internal sealed record SigningKey(string Kid, byte[] PrivateKey, DateTimeOffset ActiveFrom)
{
    public static SigningKey Create(DateTimeOffset activeFrom)
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new SigningKey(PublicKey.Of(ecdsa).Thumbprint(), ecdsa.ExportPkcs8PrivateKey(), activeFrom);
    }

    /// <summary>The signature in the form of RFC 7518 (r and s, 32 bytes each).</summary>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        using var ecdsa = Import();
        return ecdsa.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>The public half, as a member of a JSON Web Key Set.</summary>
    public object ToJwk()
    {
        using var ecdsa = Import();
        var (x, y) = PublicKey.Of(ecdsa);
        return new { kty = "EC", crv = "P-256", x, y, kid = Kid, use = "sig", alg = "ES256" };
    }

    /// <summary>Keeps the private key out of logs and messages.</summary>
    public override string ToString() => $"{nameof(SigningKey)} {Kid}";

    private ECDsa Import()
    {
        var ecdsa = ECDsa.Create();
        ecdsa.ImportPkcs8PrivateKey(PrivateKey, out _);
        return ecdsa;
    }

    private sealed record PublicKey(string X, string Y)
    {
        public static PublicKey Of(ECDsa ecdsa)
        {
            var point = ecdsa.ExportParameters(includePrivateParameters: false).Q;
            return new PublicKey(Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
        }

        public string Thumbprint() =>
            Base64Url.EncodeToString(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{X}}","y":"{{Y}}"}""")));
    }
}
