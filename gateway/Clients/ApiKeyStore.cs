using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using ServiceDefaults;

namespace Gateway;

/// <summary>
/// The known API keys, kept as SHA-256 hashes: settings `ApiKeys:{n}:Name`, `:Tier` (free, professional, enterprise), `:Sha256`
/// (64 hexadecimal digits). The demo keys are known while Demo:Seed is on.
/// </summary>
internal sealed class ApiKeyStore(IConfiguration configuration)
{
    private const string Section = "ApiKeys";
    private readonly FrozenDictionary<string, ApiKey> _keys = Read(configuration);

    public ApiKey? Find(string key) => _keys.GetValueOrDefault(Hash(key));

    public static void Check(IConfiguration configuration, SettingErrors errors)
    {
        foreach (var entry in configuration.GetSection(Section).GetChildren())
        {
            if (string.IsNullOrWhiteSpace(entry["Name"]))
            {
                errors.Add($"{entry.Path}:Name", "is missing", "a name for logs");
            }

            if (TierOf(entry["Tier"]) is null)
            {
                errors.Add($"{entry.Path}:Tier", $"is '{entry["Tier"]}'", "free, professional, enterprise");
            }

            if (entry["Sha256"] is not { Length: 64 } hash || !hash.All(char.IsAsciiHexDigit))
            {
                errors.Add($"{entry.Path}:Sha256", "is not a SHA-256 hash", "64 hexadecimal digits");
            }
        }
    }

    private static FrozenDictionary<string, ApiKey> Read(IConfiguration configuration)
    {
        var keys = new Dictionary<string, ApiKey>(StringComparer.Ordinal);
        foreach (var entry in configuration.GetSection(Section).GetChildren())
        {
            keys[entry["Sha256"]!.ToLowerInvariant()] = new ApiKey(entry["Name"]!, TierOf(entry["Tier"])!.Value);
        }

        if (configuration.GetValue("Demo:Seed", defaultValue: false))
        {
            keys[Hash("demo-free")] = new ApiKey("demo-free", Tier.Free);
            keys[Hash("demo-pro")] = new ApiKey("demo-pro", Tier.Professional);
            keys[Hash("demo-enterprise")] = new ApiKey("demo-enterprise", Tier.Enterprise);
        }

        return keys.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static Tier? TierOf(string? name) => Enum.TryParse<Tier>(name, ignoreCase: true, out var tier) && tier != Tier.Anonymous && Enum.IsDefined(tier) ? tier : null;

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
