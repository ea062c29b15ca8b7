using System.Globalization;

namespace Sidecar.Components;

/// <summary>Reads typed values from a component's metadata; a value that is not accepted throws <see cref="ComponentException"/> naming the field.</summary>
internal readonly struct MetadataReader(ComponentSpec spec)
{
    /// <summary>A whole number within bounds.</summary>
    public int Integer(string field, int fallback, int least, int most)
    {
        if (spec[field] is not { } text)
        {
            return fallback;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw ComponentException.Field(spec, field, $"is '{text}'", $"give a whole number from {least} to {most}");
    }

    /// <summary>A boolean as Dapr reads it: <c>true</c>, <c>t</c>, <c>1</c>, <c>y</c>, <c>yes</c>, <c>on</c>; anything else is false.</summary>
    public bool Boolean(string field, bool fallback) =>
        spec[field]?.ToLowerInvariant() switch { null => fallback, "true" or "t" or "1" or "y" or "yes" or "on" => true, _ => false };

    /// <summary>A duration: Go's form (<c>1m30s</c>, <c>400ms</c>) or a number in <paramref name="unit"/> (default seconds).</summary>
    public TimeSpan Duration(string field, TimeSpan fallback, TimeSpan? unit = null)
    {
        if (spec[field] is not { } text)
        {
            return fallback;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) < 1e9)
        {
            return (unit ?? TimeSpan.FromSeconds(1)) * number;
        }

        return GoDuration.TryParse(text, out var value)
            ? value
            : throw ComponentException.Field(spec, field, $"is '{text}'", "give a duration such as 500ms, 10s or 1m30s");
    }

    /// <summary>A duration; zero and less stand for the default, as in Dapr.</summary>
    public TimeSpan Positive(string field, TimeSpan fallback)
    {
        var value = Duration(field, fallback);
        return value > TimeSpan.Zero ? value : fallback;
    }
}
