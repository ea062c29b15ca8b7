using System.Globalization;

namespace Sidecar.Components;

/// <summary>How long something is to live, as the metadata of a request say: <c>ttl</c> or <c>ttlInSeconds</c>, a duration or a number of seconds.</summary>
internal static class RequestLifetime
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    /// <summary>Reads it; null when the metadata name none. False with what is wrong in daprd's words.</summary>
    public static bool TryRead(IReadOnlyDictionary<string, string> metadata, out TimeSpan? lifetime, out string problem)
    {
        lifetime = null;
        problem = "";
        if ((Value(metadata, "ttl") ?? Value(metadata, "ttlInSeconds")) is not { Length: > 0 } text)
        {
            return true;
        }

        if (GoDuration.TryParse(text, out var duration))
        {
            lifetime = duration < TimeSpan.Zero ? TimeSpan.Zero : duration;
            return true;
        }

        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            problem = $"ttl value must be a valid integer: actual is '{text}'";
        }
        else if (seconds <= 0)
        {
            problem = $"ttl value must be higher than zero: actual is '{seconds}'";
        }
        else
        {
            lifetime = TimeSpan.FromSeconds(Math.Min(seconds, (long)Longest.TotalSeconds));
        }

        return problem.Length == 0;
    }

    private static string? Value(IReadOnlyDictionary<string, string> metadata, string name) =>
        metadata.FirstOrDefault(entry => entry.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
