using System.Text;
using System.Text.RegularExpressions;

namespace Conformance;

/// <summary>
/// The placeholders of one scenario. `{{name}}` are filled in before a request and folded back in what was seen; `&lt;kind:n&gt;` match any value
/// of their kind, the same value for the same number, and are sent back in later requests.
/// </summary>
internal sealed partial class Placeholders
{
    private readonly Dictionary<string, string> _given = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _bound = new(StringComparer.Ordinal);

    /// <summary>Sets a `{{name}}`.</summary>
    public void Set(string name, string value) => _given[name] = value;

    /// <summary>What is bound so far, for a comparison that may not count.</summary>
    public IReadOnlyDictionary<string, string> Bound => new Dictionary<string, string>(_bound, StringComparer.Ordinal);

    /// <summary>Goes back to what was bound before.</summary>
    public void Restore(IReadOnlyDictionary<string, string> bound)
    {
        _bound.Clear();
        foreach (var (name, value) in bound)
        {
            _bound[name] = value;
        }
    }

    /// <summary>Fills in everything known.</summary>
    public string Fill(string text)
    {
        foreach (var (name, value) in _given)
        {
            text = text.Replace("{{" + name + "}}", value, StringComparison.Ordinal);
        }

        return Mark().Replace(text, match => _bound.GetValueOrDefault(match.Value, match.Value));
    }

    /// <summary>True when the text is what was expected; binds the placeholders it meets for the first time.</summary>
    public bool Matches(string expected, string actual)
    {
        expected = FillGiven(expected);
        if (!expected.Contains('<', StringComparison.Ordinal))
        {
            return expected == actual;
        }

        var names = new List<string>();
        var pattern = new StringBuilder("^");
        var position = 0;
        foreach (Match match in Mark().Matches(expected))
        {
            pattern.Append(Regex.Escape(expected[position..match.Index]));
            pattern.Append(PatternOf(match.Value, names));
            position = match.Index + match.Length;
        }

        pattern.Append(Regex.Escape(expected[position..])).Append('$');
        var found = Regex.Match(actual, pattern.ToString(), RegexOptions.Singleline, TimeSpan.FromSeconds(2));
        return found.Success && Bind(names, found);
    }

    /// <summary>Fills in what was set, and leaves what is bound while comparing.</summary>
    public string FillGiven(string text)
    {
        foreach (var (name, value) in _given)
        {
            text = text.Replace("{{" + name + "}}", value, StringComparison.Ordinal);
        }

        return text;
    }

    private string PatternOf(string mark, List<string> names)
    {
        if (!mark.Contains(':', StringComparison.Ordinal))
        {
            return mark is "<port>" ? "[0-9]+" : "(?:.*?)";
        }

        if (_bound.TryGetValue(mark, out var value))
        {
            return Regex.Escape(value);
        }

        var index = names.IndexOf(mark);
        if (index >= 0)
        {
            return $@"\k<g{index}>";
        }

        names.Add(mark);
        return $"(?<g{names.Count - 1}>[^\"]*?)";
    }

    private bool Bind(List<string> names, Match found)
    {
        for (var i = 0; i < names.Count; i++)
        {
            _bound[names[i]] = found.Groups[$"g{i}"].Value;
        }

        return true;
    }

    [GeneratedRegex("<(?:[a-z]+:[0-9]+|time(?:\\+[0-9]+s)?|duration|port|hostname|streamid|stack|base64 of [^>]*)>", RegexOptions.None, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Mark();
}
