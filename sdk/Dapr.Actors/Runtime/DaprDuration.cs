using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Dapr.Actors.Runtime;

/// <summary>The forms in which sidecars take and tell durations.</summary>
internal static partial class DaprDuration
{
    private const int TimeoutMilliseconds = 1000;

    /// <summary>As <c>1h2m3s4ms</c>; empty for a negative one, which means never.</summary>
    internal static string Write(TimeSpan duration) =>
        duration < TimeSpan.Zero ? "" : string.Create(CultureInfo.InvariantCulture, $"{(duration.Days * 24) + duration.Hours}h{duration.Minutes}m{duration.Seconds}s{duration.Milliseconds}ms");

    /// <summary>A period that comes so many times, as <c>R3/P1DT2H</c>.</summary>
    /// <exception cref="ArgumentException">With a number of repetitions a period has whole seconds.</exception>
    internal static string Write(TimeSpan period, int? repetitions)
    {
        if (repetitions is not { } times)
        {
            return Write(period);
        }

        if (period.Milliseconds > 0)
        {
            throw new ArgumentException("The TimeSpan value, combined with repetition cannot be in milliseconds.", nameof(period));
        }

        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"R{times}/P");
        Append(text, period.Days, 'D').Append('T');
        Append(Append(text, period.Hours, 'H'), period.Minutes, 'M');
        Append(text, period.Seconds, 'S');
        return text[^1] == 'T' ? text.Append("0S").ToString() : text.ToString();
    }

    /// <summary>A period and how often it comes. Never, -1 ms, when it says nothing.</summary>
    internal static (TimeSpan Period, int? Repetitions) ReadRepeated(string text)
    {
        if (!text.StartsWith('R') && !text.StartsWith('P'))
        {
            return (TryRead(text) ?? Timeout.InfiniteTimeSpan, null);
        }

        var match = Iso().Match(text);
        if (!match.Success)
        {
            return (Timeout.InfiniteTimeSpan, null);
        }

        const int DaysOfYear = 365;
        const int DaysOfMonth = 30;
        const int DaysOfWeek = 7;
        var days = (Part("year") * DaysOfYear) + (Part("month") * DaysOfMonth) + (Part("week") * DaysOfWeek) + Part("day");
        return (new TimeSpan(days, Part("hour"), Part("minute"), Part("second")), match.Groups["times"].Success ? Part("times") : null);

        int Part(string name) => match.Groups[name].Success ? int.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>A duration; null when the text is none, or empty.</summary>
    internal static TimeSpan? TryRead(string text) => text switch
    {
        "" => null,
        "@yearly" or "@annually" => TimeSpan.FromDays(365),
        "@monthly" => TimeSpan.FromDays(30),
        "@weekly" => TimeSpan.FromDays(7),
        "@daily" or "@midnight" => TimeSpan.FromDays(1),
        "@hourly" => TimeSpan.FromHours(1),
        _ when text.StartsWith("@every ", StringComparison.Ordinal) => TryReadUnits(text["@every ".Length..].Trim()),
        ['P' or 'R', ..] => ReadRepeated(text).Period,
        _ => TryReadUnits(text),
    };

    private static TimeSpan? TryReadUnits(string text)
    {
        if (!Units().IsMatch(text))
        {
            return null;
        }

        var duration = TimeSpan.Zero;
        foreach (Match unit in Unit().Matches(text))
        {
            var number = double.Parse(unit.Groups["number"].Value, CultureInfo.InvariantCulture);
            duration += unit.Groups["unit"].Value switch
            {
                "h" => TimeSpan.FromHours(number),
                "m" => TimeSpan.FromMinutes(number),
                "s" => TimeSpan.FromSeconds(number),
                "ms" => TimeSpan.FromMilliseconds(number),
                "ns" => TimeSpan.FromMicroseconds(number / 1000),
                _ => TimeSpan.FromMicroseconds(number),
            };
        }

        return duration;
    }

    private static StringBuilder Append(StringBuilder text, int number, char unit) => number > 0 ? text.Append(CultureInfo.InvariantCulture, $"{number}{unit}") : text;

    [GeneratedRegex(@"^(R(?<times>\d{1,9})/)?P((?<year>\d{1,4})Y)?((?<month>\d{1,4})M)?((?<week>\d{1,4})W)?((?<day>\d{1,4})D)?(T((?<hour>\d{1,6})H)?((?<minute>\d{1,8})M)?((?<second>\d{1,9})S)?)?$", RegexOptions.ExplicitCapture, TimeoutMilliseconds)]
    private static partial Regex Iso();

    [GeneratedRegex(@"^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$", RegexOptions.ExplicitCapture, TimeoutMilliseconds)]
    private static partial Regex Units();

    [GeneratedRegex(@"(?<number>\d+(\.\d+)?)(?<unit>ns|us|µs|ms|s|m|h)", RegexOptions.ExplicitCapture, TimeoutMilliseconds)]
    private static partial Regex Unit();
}
