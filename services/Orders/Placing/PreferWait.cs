using System.Globalization;

namespace Orders.Placing;

/// <summary>The header `Prefer: wait=N` (RFC 7240). What cannot be understood is ignored, as that standard asks; more than 30 s become 30 s.</summary>
internal sealed record PreferWait(int Seconds)
{
    public const string Applied = "Preference-Applied";
    private const int MaxSeconds = 30;

    public static ValueTask<PreferWait?> BindAsync(HttpContext context)
    {
        foreach (var preference in context.Request.Headers["Prefer"].SelectMany(value => (value ?? "").Split([',', ';'], StringSplitOptions.TrimEntries)))
        {
            var parts = preference.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length == 2 && parts[0].Equals("wait", StringComparison.OrdinalIgnoreCase)
                && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            {
                return ValueTask.FromResult<PreferWait?>(new PreferWait(Math.Min(seconds, MaxSeconds)));
            }
        }

        return ValueTask.FromResult<PreferWait?>(new PreferWait(0));
    }
}
