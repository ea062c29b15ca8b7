using System.Globalization;
using ServiceDefaults;

namespace Gateway;

/// <summary>When the gateway stops asking a service that fails.</summary>
internal sealed class BreakerOptions(IConfiguration configuration)
{
    private const string FailuresSetting = "Breaker:Failures";
    private const string OpenSetting = "Breaker:OpenSeconds";
    private const string TrialsSetting = "Breaker:Trials";

    /// <summary>Failures in a row that open it; `Breaker:Failures`, 1 to 1,000, default 5.</summary>
    public int Failures { get; } = Number(configuration, FailuresSetting, 5);

    /// <summary>How long it stays open; `Breaker:OpenSeconds`, 1 to 3,600, default 30.</summary>
    public TimeSpan Open { get; } = TimeSpan.FromSeconds(Number(configuration, OpenSetting, 30));

    /// <summary>Requests let through to find out whether the service is back; `Breaker:Trials`, 1 to 100, default 3.</summary>
    public int Trials { get; } = Number(configuration, TrialsSetting, 3);

    public static void Check(IConfiguration configuration, SettingErrors errors)
    {
        foreach (var (setting, max) in new[] { (FailuresSetting, 1000), (OpenSetting, 3600), (TrialsSetting, 100) })
        {
            if (configuration[setting] is { Length: > 0 } text && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= max))
            {
                errors.Add(setting, $"is '{text}'", $"a whole number from 1 to {max}");
            }
        }
    }

    private static int Number(IConfiguration configuration, string setting, int fallback) =>
        int.TryParse(configuration[setting], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : fallback;
}
