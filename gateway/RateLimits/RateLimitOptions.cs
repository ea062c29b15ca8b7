using System.Globalization;
using ServiceDefaults;

namespace Gateway;

/// <summary>
/// Limits per tier: settings `RateLimit:{Anonymous|Free|Professional|Enterprise}:{PerMinute|Burst}`, whole numbers from 1 to
/// 100,000,000. Defaults per minute / burst: 10/20, 100/200, 1,000/2,000, 10,000/20,000.
/// </summary>
internal sealed class RateLimitOptions(IConfiguration configuration)
{
    private const string Section = "RateLimit";
    private const int Max = 100_000_000;

    private static readonly Dictionary<Tier, RateLimit> Defaults = new()
    {
        [Tier.Anonymous] = new RateLimit(10, 20),
        [Tier.Free] = new RateLimit(100, 200),
        [Tier.Professional] = new RateLimit(1_000, 2_000),
        [Tier.Enterprise] = new RateLimit(10_000, 20_000),
    };

    private readonly Dictionary<Tier, RateLimit> _limits = Defaults.ToDictionary(entry => entry.Key, entry => new RateLimit(
        Number(configuration[$"{Section}:{entry.Key}:PerMinute"], entry.Value.PerMinute) ?? entry.Value.PerMinute,
        Number(configuration[$"{Section}:{entry.Key}:Burst"], entry.Value.Burst) ?? entry.Value.Burst));

    public RateLimit For(Tier tier) => _limits[tier];

    public static void Check(IConfiguration configuration, SettingErrors errors)
    {
        foreach (var section in configuration.GetSection(Section).GetChildren())
        {
            if (!Defaults.Keys.Any(tier => tier.ToString().Equals(section.Key, StringComparison.OrdinalIgnoreCase)))
            {
                errors.Add(section.Path, "is no tier", "Anonymous, Free, Professional, Enterprise");
                continue;
            }

            foreach (var entry in section.GetChildren().Where(entry => Number(entry.Value, fallback: 1) is null))
            {
                errors.Add(entry.Path, $"is '{entry.Value}'", $"a whole number from 1 to {Max}");
            }
        }
    }

    private static int? Number(string? text, int fallback) => text switch
    {
        null or "" => fallback,
        _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= Max => number,
        _ => null,
    };
}
