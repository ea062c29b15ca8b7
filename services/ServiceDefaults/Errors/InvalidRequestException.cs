namespace ServiceDefaults;

/// <summary>
/// A parameter could not be bound. Binding has no other way to answer; handlers return <see cref="Validation.ToResult"/> instead.
/// </summary>
internal sealed class InvalidRequestException(ProblemResult problem) : Exception("The request is not valid.")
{
    public InvalidRequestException(Validation validation)
        : this(validation.ToResult())
    {
    }

    public ProblemResult Problem { get; } = problem;
}
