using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Users.Tokens;

/// <summary>A refresh token is 32 random bytes; the database keeps the hash alone.</summary>
internal static class RefreshToken
{
    private const int Bytes = 32;

    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
