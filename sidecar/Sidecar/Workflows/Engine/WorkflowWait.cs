namespace Sidecar.Workflows.Engine;

/// <summary>What an instance that does not advance waits for.</summary>
/// <param name="Kind">Who has to do something.</param>
/// <param name="Text">The wait in words, behind "waits for".</param>
internal sealed record WorkflowWait(WorkflowWaitKind Kind, string Text);

/// <summary>Who has to do something before an instance goes on.</summary>
internal enum WorkflowWaitKind
{
    /// <summary>A worker has to connect, or to have room.</summary>
    Worker,

    /// <summary>A worker has to answer.</summary>
    Answer,

    /// <summary>The store has to write.</summary>
    Store,

    /// <summary>What the workflow itself asked for has to come about: a time, an event, a child, an activity, a resume.</summary>
    Workflow,
}
