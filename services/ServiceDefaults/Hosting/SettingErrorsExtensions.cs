using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace ServiceDefaults;

/// <summary>Frequent checks of settings.</summary>
public static class SettingErrorsExtensions
{
    /// <summary>A whole number in a range, when the setting is given.</summary>
    /// <param name="unit">What the number counts, e.g. `seconds`.</param>
    public static void RequireRange(this SettingErrors errors, IConfiguration configuration, string setting, int min, int max, string unit)
    {
        if (configuration[setting] is { Length: > 0 } text
            && !(int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max))
        {
            errors.Add(setting, $"is '{text}'", $"{min} to {max} {unit}");
        }
    }
}
