namespace Sidecar.Host.RunFiles;

/// <summary>Where log lines go: the values of <c>appLogDestination</c> and <c>daprdLogDestination</c>.</summary>
internal enum LogDestination
{
    /// <summary>The console only.</summary>
    Console,

    /// <summary>A file only (warnings of a sidecar reach the console all the same).</summary>
    File,

    /// <summary>Both.</summary>
    FileAndConsole,
}
