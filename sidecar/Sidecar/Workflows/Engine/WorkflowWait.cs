namespace Sidecar.Workflows.Engine;

/// <summary>What an instance that does not advance waits for.</summary>
/// <param name="Text">The wait in words, behind "waits for".</param>
/// <param name="Summary">The same without what is the instance's own, so that many can be counted.</param>
/// <param name="IsProblem">Somebody has to do something; false when what the workflow itself asked for has to come about (a time, an event, a child, a resume).</param>
internal sealed record WorkflowWait(string Text, string Summary, bool IsProblem = false);
