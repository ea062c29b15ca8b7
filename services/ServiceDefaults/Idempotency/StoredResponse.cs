namespace ServiceDefaults;

/// <summary>An answer that is kept with its idempotency key and given again to a repeat.</summary>
/// <param name="Status">HTTP status; 500 and above is never kept.</param>
/// <param name="Body">Becomes JSON, null for an empty body.</param>
/// <param name="Location">The header Location.</param>
public sealed record StoredResponse(int Status, object? Body, string? Location = null)
{
    /// <summary>An error answer that is kept, with the status of its code.</summary>
    public static StoredResponse Problem(string code, string? detail = null, IReadOnlyDictionary<string, string[]>? errors = null) =>
        new(Codes.StatusOf(code), new StoredProblem(code, detail, errors));

    /// <summary>An error answer that is kept.</summary>
    public static StoredResponse Problem(ProblemResult problem) => Problem(problem.Code, problem.Detail, problem.Errors);
}
