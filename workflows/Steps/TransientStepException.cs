namespace Workflows.Steps;

/// <summary>A fault of the moment (5xx, no answer, still running): the step may be repeated under the same key.</summary>
public sealed class TransientStepException(string message, Exception? inner = null) : Exception(message, inner);
