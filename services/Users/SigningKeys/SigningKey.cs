using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ServiceDefaults;

namespace Users.SigningKeys;

/// <summary>An ES256 key: signs from <paramref name="ActiveFrom"/> until the next one is active, is published until it is retired.</summary>
/// <param name="Kid">The RFC 7638 thumbprint of the public key.</param>
/// <param name="PrivateKey">PKCS #8.</param>
internal sealed record SigningKey(string Kid, byte[] PrivateKey, DateTimeOffset ActiveFrom)
{
    public static SigningKey Create(DateTimeOffset activeFrom)
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new SigningKey(Thumbprint(ecdsa), ecdsa.ExportPkcs8PrivateKey(), activeFrom);
    }

    public string Sign(TokenClaims claims)
    {
        using var ecdsa = Import();
        return TokenWriter.Write(claims, ecdsa, Kid);
    }

    public JsonWebKey ToPublicKey()
    {
        using var ecdsa = Import();
        return JsonWebKey.From(ecdsa, Kid);
    }

    /// <summary>Keeps the private key out of logs and messages.</summary>
    public override string ToString() => $"{nameof(SigningKey)} {Kid}";

    private ECDsa Import()
    {
        var ecdsa = ECDsa.Create();
        ecdsa.ImportPkcs8PrivateKey(PrivateKey, out _);
        return ecdsa;
    }

    private static string Thumbprint(ECDsa ecdsa)
    {
        var key = JsonWebKey.From(ecdsa, kid: "");
        var members = $$"""{"crv":"{{key.Crv}}","kty":"{{key.Kty}}","x":"{{key.X}}","y":"{{key.Y}}"}""";
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(members)));
    }
}
