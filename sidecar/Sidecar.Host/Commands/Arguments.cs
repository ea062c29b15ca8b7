using System.Globalization;

namespace Sidecar.Host.Commands;

/// <summary>A command line that cannot be understood: what is wrong with it.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>The words of a command line, taken one option at a time; what is left over at the end is an error.</summary>
internal sealed class Arguments(IEnumerable<string> words)
{
    private readonly List<string> _words = [.. words];

    /// <summary>Takes a switch, e.g. <c>--follow</c>.</summary>
    public bool Flag(params string[] names)
    {
        var found = _words.RemoveAll(names.Contains);
        return found > 0;
    }

    /// <summary>Takes an option with a value (<c>--name value</c> or <c>--name=value</c>); the last one wins. Null when absent.</summary>
    public string? Value(params string[] names) => Values(names) is [.., var last] ? last : null;

    /// <summary>Takes every occurrence of an option with a value.</summary>
    public IReadOnlyList<string> Values(params string[] names)
    {
        var values = new List<string>();
        for (var index = 0; index < _words.Count;)
        {
            var parts = _words[index].Split('=', 2);
            if (!names.Contains(parts[0]))
            {
                index++;
                continue;
            }

            if (parts.Length == 1 && index + 1 >= _words.Count)
            {
                throw new UsageException($"{parts[0]} needs a value.");
            }

            values.Add(parts.Length == 2 ? parts[1] : _words[index + 1]);
            _words.RemoveRange(index, parts.Length == 2 ? 1 : 2);
        }

        return values;
    }

    /// <summary>Takes a number within its range.</summary>
    public int Number(string name, int otherwise, int lowest, int highest)
    {
        if (Value(name) is not { } text)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= lowest && value <= highest
            ? value
            : throw new UsageException($"{name} '{text}' is not a number from {lowest} to {highest}.");
    }

    /// <summary>Takes the next word that is no option.</summary>
    public string Word(string what) => OptionalWord() ?? throw new UsageException($"Which {what}?");

    /// <summary>Takes the next word that is no option; null when there is none.</summary>
    public string? OptionalWord()
    {
        var index = _words.FindIndex(word => !word.StartsWith('-'));
        if (index < 0)
        {
            return null;
        }

        var word = _words[index];
        _words.RemoveAt(index);
        return word;
    }

    /// <summary>Takes all words that are left.</summary>
    public List<string> Rest()
    {
        var rest = _words.ToList();
        _words.Clear();
        return rest;
    }

    /// <summary>Refuses what nobody took.</summary>
    public void Done()
    {
        if (_words.Count > 0)
        {
            throw new UsageException($"Not understood: {string.Join(' ', _words)}");
        }
    }
}
