namespace ServiceDefaults;

/// <summary>Collects what is wrong with a request, all of it, before answering.</summary>
public sealed class Validation
{
    private readonly Dictionary<string, List<string>> _errors = new(StringComparer.Ordinal);

    /// <summary>True once a message was added.</summary>
    public bool Failed => _errors.Count > 0;

    /// <summary>The messages by field.</summary>
    public IReadOnlyDictionary<string, string[]> Errors => _errors.ToDictionary(entry => entry.Key, entry => entry.Value.ToArray(), StringComparer.Ordinal);

    /// <summary>Adds a message about a field, named as in the JSON or query, e.g. `items[0].quantity`.</summary>
    public void Add(string field, string message)
    {
        if (!_errors.TryGetValue(field, out var messages))
        {
            _errors[field] = messages = [];
        }

        messages.Add(message);
    }

    /// <summary>Adds the message unless the condition holds; returns the condition.</summary>
    public bool Require(bool condition, string field, string message)
    {
        if (!condition)
        {
            Add(field, message);
        }

        return condition;
    }

    /// <summary>Text of 1 to <paramref name="longest"/> characters, not only white space, without control characters, which no database column of text takes all of.</summary>
    /// <param name="lines">Allows tabs and line breaks.</param>
    public bool RequireText(string? value, string field, int longest, bool lines = false) => Require(
        !string.IsNullOrWhiteSpace(value) && value.Length <= longest && !value.Any(character => char.IsControl(character) && !(lines && (character is '\t' or '\r' or '\n'))),
        field,
        $"Must have 1 to {longest} characters, none of them a control character.");

    /// <summary>400 `validation_failed` with all messages.</summary>
    public ProblemResult ToResult() => Problems.Of(Codes.ValidationFailed, "See errors.", Errors);
}
