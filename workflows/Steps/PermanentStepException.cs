namespace Workflows.Steps;

/// <summary>A call that the other service does not understand (400, 404, 422): repeating it cannot help.</summary>
public sealed class PermanentStepException(string message) : Exception(message);
