namespace Sidecar.Resiliency;

/// <summary>A set of status codes as <c>matching</c> writes it: <c>404,408,500-599</c>.</summary>
internal sealed class StatusCodeSet
{
    private readonly List<(int First, int Last)> _ranges = [];

    private readonly string _text;

    private StatusCodeSet(string text) => _text = text;

    /// <summary>The list as it was written.</summary>
    public override string ToString() => _text;

    /// <summary>Whether the code is in the set.</summary>
    public bool Contains(int code)
    {
        foreach (var (first, last) in _ranges)
        {
            if (code >= first && code <= last)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Parses a list whose codes lie between the limits; null with the reason when it is not one.</summary>
    public static StatusCodeSet? Parse(string text, int lowest, int highest, out string? problem)
    {
        var codes = new StatusCodeSet(text);
        foreach (var item in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = item.Split('-', 2, StringSplitOptions.TrimEntries);
            if (!int.TryParse(ends[0], out var first) || !int.TryParse(ends[^1], out var last) || first < lowest || last > highest || last < first)
            {
                problem = $"'{item}' is not a code or range of codes between {lowest} and {highest}";
                return null;
            }

            codes._ranges.Add((first, last));
        }

        problem = null;
        return codes;
    }
}
