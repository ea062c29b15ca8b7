using System.Globalization;

namespace Sidecar.Host.RunFiles;

/// <summary>Sizes as Kubernetes writes them: <c>4Mi</c>, <c>512Ki</c>, <c>10M</c>, plain bytes.</summary>
internal static class ByteSize
{
    private static readonly (string Suffix, long Factor)[] Units =
    [
        ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("k", 1_000), ("K", 1_000), ("M", 1_000_000), ("G", 1_000_000_000),
    ];

    /// <summary>Reads a size; null when it is none or not above zero.</summary>
    public static long? Parse(string text)
    {
        var (suffix, factor) = Units.FirstOrDefault(unit => text.EndsWith(unit.Suffix, StringComparison.Ordinal));
        var digits = suffix is null ? text : text[..^suffix.Length];
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 && value <= int.MaxValue
            ? value * (suffix is null ? 1 : factor)
            : null;
    }
}
