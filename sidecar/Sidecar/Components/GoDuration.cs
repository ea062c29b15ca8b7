using System.Buffers;
using System.Globalization;

namespace Sidecar.Components;

/// <summary>Go's text form of a duration, as Dapr's YAML has it: <c>400ms</c>, <c>1.5s</c>, <c>1h15m</c>, <c>0</c>.</summary>
internal static class GoDuration
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var negative = text.StartsWith("-");
        if (negative || text.StartsWith("+"))
        {
            text = text[1..];
        }

        if (text is "0")
        {
            return true;
        }

        var seconds = 0.0;
        var any = false;
        while (!text.IsEmpty)
        {
            if (!TryTakePart(ref text, out var part))
            {
                return false;
            }

            seconds += part;
            any = true;
        }

        if (!any || seconds > TimeSpan.MaxValue.TotalSeconds / 2)
        {
            return false;
        }

        duration = TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond)) * (negative ? -1 : 1);
        return true;
    }

    private static bool TryTakePart(ref ReadOnlySpan<char> text, out double seconds)
    {
        seconds = 0;
        var digits = text.IndexOfAnyExcept(Digits);
        if (digits <= 0 || !double.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        text = text[digits..];
        var length = text.IndexOfAny(Digits) is var next and >= 0 ? next : text.Length;
        double? unit = text[..length] switch
        {
            "ns" => 1e-9,
            "us" or "µs" or "μs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => null,
        };
        text = text[length..];
        seconds = number * (unit ?? 0);
        return unit is not null;
    }
}
