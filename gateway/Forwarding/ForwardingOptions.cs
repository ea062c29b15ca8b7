using System.Globalization;
using ServiceDefaults;

namespace Gateway;

/// <summary>How long the gateway waits, and how often it tries.</summary>
internal sealed class ForwardingOptions(IConfiguration configuration)
{
    /// <summary>The longest `Prefer: wait=N`, in seconds.</summary>
    public const int MaxWait = 30;

    /// <summary>
    /// What a request with an idempotency key has on top: the service waits up to 5 s for the first request under the key, and its
    /// answer that this one still runs must come before the deadline.
    /// </summary>
    public static readonly TimeSpan KeyedMargin = TimeSpan.FromSeconds(1);

    private const string UploadSetting = "Forwarding:UploadMilliseconds";
    private const string DeadlineSetting = "Forwarding:DeadlineMilliseconds";
    private const string RetriesSetting = "Forwarding:Retries";

    /// <summary>From the request's arrival to the end of the answer, repeats included; `Forwarding:DeadlineMilliseconds`, 10 to 60,000, default 5,000.</summary>
    public TimeSpan Deadline { get; } = TimeSpan.FromMilliseconds(Number(configuration, DeadlineSetting, 5000));

    /// <summary>For a client to send the whole of its request; `Forwarding:UploadMilliseconds`, 10 to 120,000, default 30,000.</summary>
    public TimeSpan Upload { get; } = TimeSpan.FromMilliseconds(Number(configuration, UploadSetting, 30_000));

    /// <summary>Further attempts of an idempotent request that met no service; `Forwarding:Retries`, 0 to 5, default 2.</summary>
    public int Retries { get; } = Number(configuration, RetriesSetting, 2);

    public static void Check(IConfiguration configuration, SettingErrors errors)
    {
        foreach (var (setting, min, max) in new[] { (DeadlineSetting, 10, 60_000), (UploadSetting, 10, 120_000), (RetriesSetting, 0, 5) })
        {
            if (configuration[setting] is { Length: > 0 } text && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max))
            {
                errors.Add(setting, $"is '{text}'", $"a whole number from {min} to {max}");
            }
        }
    }

    private static int Number(IConfiguration configuration, string setting, int fallback) =>
        int.TryParse(configuration[setting], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : fallback;
}
