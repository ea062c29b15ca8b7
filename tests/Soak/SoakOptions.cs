using System.Globalization;

namespace Soak;

/// <summary>How long and how hard.</summary>
internal sealed record SoakOptions
{
    public const string Usage = "usage: make soak [MINUTES=30] [RATE=40]";

    /// <summary>How long the load lasts; default 30 min.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Operations a second; default 40.</summary>
    public int Rate { get; init; } = 40;

    /// <summary>Reads <c>--minutes 30 --rate 40</c>; null when they are wrong.</summary>
    public static SoakOptions? Parse(IReadOnlyList<string> arguments)
    {
        var options = new SoakOptions();
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var value = i + 1 < arguments.Count ? arguments[i + 1] : "";
            var changed = arguments[i] switch
            {
                "--minutes" when double.TryParse(value, CultureInfo.InvariantCulture, out var minutes) && minutes > 0 => options with { Duration = TimeSpan.FromMinutes(minutes) },
                "--rate" when int.TryParse(value, out var rate) && rate is > 0 and <= 5000 => options with { Rate = rate },
                _ => null,
            };
            if (changed is null)
            {
                return null;
            }

            options = changed;
        }

        return options;
    }
}
