using System.Security.Cryptography;
using Sidecar.Components;

namespace Sidecar.Crypto;

/// <summary><c>crypto.dapr.localstorage</c>: each file of a folder is a key, as JWK, PEM, Base64 or raw bytes; its name is the key's. Read anew for each use.</summary>
internal sealed class LocalStorageCryptoProvider(ComponentSpec spec) : ICryptoProvider
{
    private readonly string _path = FolderOf(spec);

    public async Task<byte[]> WrapKeyAsync(ReadOnlyMemory<byte> key, string algorithm, string keyName, CancellationToken cancellationToken)
    {
        using var own = await LoadAsync(keyName, cancellationToken);
        own.Check("wrapKey", algorithm);
        return Run("encrypt", () => algorithm switch
        {
            "A256KW" => AesKeyWrap.Wrap(own.Aes(256), key.Span),
            "RSA-OAEP-256" => own.PublicRsa().Encrypt(key.Span, RSAEncryptionPadding.OaepSHA256),
            _ => throw new CryptoException("unsupported algorithm"),
        });
    }

    public async Task<byte[]> UnwrapKeyAsync(ReadOnlyMemory<byte> wrapped, string algorithm, string keyName, CancellationToken cancellationToken)
    {
        using var own = await LoadAsync(keyName, cancellationToken);
        own.Check("unwrapKey", algorithm);
        return Run("decrypt", () => algorithm switch
        {
            "A256KW" => AesKeyWrap.Unwrap(own.Aes(256), wrapped.Span),
            "RSA-OAEP-256" => own.PrivateRsa().Decrypt(wrapped.Span, RSAEncryptionPadding.OaepSHA256),
            _ => throw new CryptoException("unsupported algorithm"),
        });
    }

    private static byte[] Run(string verb, Func<byte[]> operation)
    {
        try
        {
            return operation();
        }
        catch (Exception exception) when (exception is CryptoException or CryptographicException)
        {
            throw new CryptoException($"failed to {verb} data: {exception.Message}");
        }
    }

    private async Task<CryptoKey> LoadAsync(string keyName, CancellationToken cancellationToken)
    {
        if (keyName.Contains("..", StringComparison.Ordinal))
        {
            throw Unavailable("invalid key path: cannot contain '..'");
        }

        var path = Path.Join(_path, keyName);
        byte[] bytes;
        try
        {
            bytes = await File.ReadAllBytesAsync(path, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unavailable($"failed to load key '{keyName}': {Reason(path, exception)}");
        }

        try
        {
            return CryptoKeyReader.Read(bytes, Path.GetExtension(path).ToLowerInvariant());
        }
        catch (CryptoException exception)
        {
            throw Unavailable($"failed to parse key from secret: {exception.Message}");
        }
    }

    private static CryptoException Unavailable(string reason) => new($"failed to retrieve the key encryption key: {reason}");

    private static string Reason(string path, Exception exception) => exception switch
    {
        _ when Directory.Exists(path) => $"read {path}: is a directory",
        FileNotFoundException or DirectoryNotFoundException => $"open {path}: no such file or directory",
        UnauthorizedAccessException => $"open {path}: permission denied",
        _ => exception.Message,
    };

    private static string FolderOf(ComponentSpec spec)
    {
        var path = Path.TrimEndingDirectorySeparator(spec["path"] ?? throw ComponentException.Field(spec, "path", "is missing", "give the folder of the keys"));
        return Directory.Exists(path) ? path
            : throw ComponentException.Field(spec, "path", File.Exists(path) ? $"'{path}' is not a directory" : $"'{path}' does not exist", "give the folder of the keys");
    }
}
