namespace Sidecar.Host.Apps;

/// <summary>What the process of an app is doing.</summary>
internal enum AppState
{
    /// <summary>Started, its sidecar has not seen it ready yet.</summary>
    Starting,

    /// <summary>Runs.</summary>
    Running,

    /// <summary>Crashed; waits to be started again.</summary>
    Crashed,

    /// <summary>Asked to stop.</summary>
    Stopping,

    /// <summary>Stopped on request.</summary>
    Stopped,

    /// <summary>Failed and is not started again by itself.</summary>
    Failed,

    /// <summary>Started by somebody else, e.g. an IDE.</summary>
    External,

    /// <summary>The run file gives it no command.</summary>
    None,
}
