namespace Workflows.Tests.Saga;

/// <summary>An activity that the workflow called.</summary>
/// <param name="Number">1 for the first call of this activity.</param>
/// <param name="At">Virtual time of the call.</param>
internal sealed record ScriptedCall(string Name, object? Input, int Number, DateTime At);
