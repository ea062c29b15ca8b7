namespace Dapr.Workflow;

/// <summary>The exception that failed a workflow, an activity or a child workflow.</summary>
public class WorkflowTaskFailureDetails
{
    /// <summary>Creates the details.</summary>
    public WorkflowTaskFailureDetails(string errorType, string errorMessage, string? stackTrace = null)
    {
        ErrorType = errorType;
        ErrorMessage = errorMessage;
        StackTrace = stackTrace;
    }

    /// <summary>The full name of the exception's type.</summary>
    public string ErrorType { get; }

    /// <summary>The exception's message.</summary>
    public string ErrorMessage { get; }

    /// <summary>Where it was thrown.</summary>
    public string? StackTrace { get; }

    /// <summary>Whether the exception was of a type; a type this process does not know is not.</summary>
    public bool IsCausedBy<T>()
        where T : Exception
    {
        var type = FindType(ErrorType);
        return type is not null ? typeof(T).IsAssignableFrom(type) : string.Equals(typeof(T).FullName, ErrorType, StringComparison.Ordinal);
    }

    /// <inheritdoc />
    public override string ToString() => $"{ErrorType}: {ErrorMessage}";

    private static Type? FindType(string name) =>
        Type.GetType(name, throwOnError: false) ?? AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(name, throwOnError: false)).FirstOrDefault(type => type is not null);
}
