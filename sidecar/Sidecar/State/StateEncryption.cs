using System.Security.Cryptography;
using System.Text;
using Sidecar.Components;

namespace Sidecar.State;

/// <summary>
/// Encrypts the values of a state component in Dapr's form: AES-GCM under a random nonce, as base64, and behind <c>||</c> the name of the key's secret.
/// New values are written with the primary key; those of the secondary can be read, so that keys can be exchanged.
/// </summary>
internal sealed class StateEncryption
{
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private static readonly byte[] Separator = "||"u8.ToArray();
    private readonly string _store;
    private readonly (string Secret, byte[] Key) _primary;
    private readonly ILookup<string, byte[]> _keys;

    private StateEncryption(string store, (string Secret, byte[] Key) primary, (string Secret, byte[] Key)? secondary)
    {
        // Both may be values of one secret, and have its name then.
        (string Secret, byte[] Key)[] keys = secondary is { } second ? [primary, second] : [primary];
        _store = store;
        _primary = primary;
        _keys = keys.ToLookup(key => key.Secret, key => key.Key, StringComparer.Ordinal);
    }

    /// <summary>The metadata fields, for the state components' types.</summary>
    public static IEnumerable<MetadataField> Fields { get; } = [new("primaryEncryptionKey"), new("secondaryEncryptionKey")];

    /// <summary>The encryption of a component; null when it has none.</summary>
    public static StateEncryption? From(ComponentSpec spec)
    {
        var primary = Key(spec, "primaryEncryptionKey");
        var secondary = Key(spec, "secondaryEncryptionKey");
        return (primary, secondary) switch
        {
            (null, null) => null,
            (null, _) => throw ComponentException.Field(spec, "secondaryEncryptionKey", "stands alone", "give the key that values are written with as primaryEncryptionKey"),
            ({ } first, _) => new StateEncryption(spec.Name, first, secondary),
        };
    }

    /// <summary>The operation with its value encrypted.</summary>
    public StateOperation Seal(StateOperation operation) => operation is SetOperation set ? set with { Value = Seal(set.Value.Span), Binary = true } : operation;

    /// <summary>The item with its value decrypted, or with why it cannot be.</summary>
    public StateItem? Open(StateItem? item)
    {
        if (item is null || item.Data.IsEmpty || item.Problem is not null)
        {
            return item;
        }

        var problem = Open(item.Data.Span, out var value);
        return item with { Data = value, Problem = problem };
    }

    private byte[] Seal(ReadOnlySpan<byte> value)
    {
        var sealedValue = new byte[NonceSize + value.Length + TagSize];
        var nonce = sealedValue.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(_primary.Key, TagSize);
        cipher.Encrypt(nonce, value, sealedValue.AsSpan(NonceSize, value.Length), sealedValue.AsSpan(NonceSize + value.Length));
        return Encoding.UTF8.GetBytes($"{Convert.ToBase64String(sealedValue)}||{_primary.Secret}");
    }

    private string? Open(ReadOnlySpan<byte> stored, out byte[] value)
    {
        value = [];
        var end = stored.LastIndexOf(Separator);
        if (end < 0 || end + Separator.Length == stored.Length)
        {
            return $"could not decrypt data for state store {_store}: encryption key name not found on record";
        }

        var name = Encoding.UTF8.GetString(stored[(end + Separator.Length)..]);
        if (!_keys.Contains(name))
        {
            return $"could not decrypt data for state store {_store}: no encryption key named {name}";
        }

        var bytes = new byte[end];
        if (!Convert.TryFromBase64String(Encoding.UTF8.GetString(stored[..end]), bytes, out var length) || length < NonceSize + TagSize)
        {
            return $"could not decrypt data for state store {_store}: the value is not encrypted";
        }

        foreach (var key in _keys[name])
        {
            if (Decrypt(key, bytes.AsSpan(0, length)) is { } decrypted)
            {
                value = decrypted;
                return null;
            }
        }

        return "cipher: message authentication failed";
    }

    private static byte[]? Decrypt(byte[] key, ReadOnlySpan<byte> bytes)
    {
        var value = new byte[bytes.Length - NonceSize - TagSize];
        try
        {
            using var cipher = new AesGcm(key, TagSize);
            cipher.Decrypt(bytes[..NonceSize], bytes[NonceSize..^TagSize], bytes[^TagSize..], value);
            return value;
        }
        catch (AuthenticationTagMismatchException)
        {
            // Another key of the same name, or a value that was changed: nothing of it is handed out.
            return null;
        }
    }

    private static (string Secret, byte[] Key)? Key(ComponentSpec spec, string field)
    {
        const string Accepted = "give 16, 24 or 32 bytes as hexadecimal digits";
        var secret = spec.Secrets.GetValueOrDefault(field);
        if (spec[field] is not { } digits)
        {
            // Nothing is stored in plain text because a key could not be read, or was left empty.
            var problem = secret is null ? "has no value" : $"refers to secret '{secret}', which has no value";
            return !spec.Named.Contains(field) ? null : throw ComponentException.Field(spec, field, problem, Accepted);
        }

        if (secret is null)
        {
            throw ComponentException.Field(spec, field, "is no reference to a secret, whose name its values would bear", "give it by secretKeyRef");
        }

        if ($"||{secret}".LastIndexOf("||", StringComparison.Ordinal) > 0)
        {
            // A stored value is cut at its last separator.
            throw ComponentException.Field(spec, field, $"refers to secret '{secret}', whose name could not be told from the value before it", "give the secret a name without || that does not begin with |");
        }

        if (digits.Length is not (32 or 48 or 64))
        {
            throw ComponentException.Field(spec, field, "has the wrong length", Accepted);
        }

        try
        {
            return (secret, Convert.FromHexString(digits));
        }
        catch (FormatException)
        {
            throw ComponentException.Field(spec, field, "is not hexadecimal", Accepted);
        }
    }
}
