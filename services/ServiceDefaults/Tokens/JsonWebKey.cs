using System.Buffers.Text;
using System.Security.Cryptography;

namespace ServiceDefaults;

/// <summary>A public key for ES256 (RFC 7518): curve P-256, coordinates in base64url.</summary>
public sealed record JsonWebKey(string Kty, string Crv, string Kid, string X, string Y, string? Use = "sig", string? Alg = "ES256")
{
    /// <summary>The public part of a key.</summary>
    public static JsonWebKey From(ECDsa key, string kid)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new JsonWebKey("EC", "P-256", kid, Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
    }

    /// <summary>The key for verifying; null when this is no ES256 key.</summary>
    public ECDsa? ToKey()
    {
        if (Kty != "EC" || Crv != "P-256")
        {
            return null;
        }

        try
        {
            return ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = Base64Url.DecodeFromChars(X), Y = Base64Url.DecodeFromChars(Y) } });
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException)
        {
            return null;
        }
    }
}
