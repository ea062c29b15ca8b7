namespace ServiceDefaults;

/// <summary>Makes error answers.</summary>
public static class Problems
{
    /// <summary>The answer for a code, with the status that belongs to it.</summary>
    /// <param name="code">One of <see cref="Codes"/>.</param>
    /// <param name="detail">What is wrong with this very request, for the client to read.</param>
    /// <param name="errors">Field to messages, all at once.</param>
    /// <param name="retryAfter">Becomes the header Retry-After, in whole seconds, at least 1.</param>
    public static ProblemResult Of(string code, string? detail = null, IReadOnlyDictionary<string, string[]>? errors = null, TimeSpan? retryAfter = null) =>
        new(code, detail, errors, retryAfter);

    /// <summary>404 `not_found`, also for somebody else's resource.</summary>
    public static ProblemResult NotFound(string? detail = null) => Of(Codes.NotFound, detail);

    /// <summary>400 `validation_failed` for one field.</summary>
    public static ProblemResult Invalid(string field, string message)
    {
        var validation = new Validation();
        validation.Add(field, message);
        return validation.ToResult();
    }
}
