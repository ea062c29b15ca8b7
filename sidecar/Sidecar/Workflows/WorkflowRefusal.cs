namespace Sidecar.Workflows;

/// <summary>Why an operation on workflows was not done.</summary>
internal enum WorkflowRefusal
{
    /// <summary>It was done.</summary>
    None,

    /// <summary>There is no such instance.</summary>
    NotFound,

    /// <summary>An active instance has the id.</summary>
    AlreadyExists,

    /// <summary>The instance has not ended.</summary>
    NotCompleted,

    /// <summary>The engine has more work than it can hold.</summary>
    Overloaded,

    /// <summary>The instance holds too many events, or a payload is too large.</summary>
    TooMuch,
}
