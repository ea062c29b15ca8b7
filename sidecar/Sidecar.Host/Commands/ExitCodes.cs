namespace Sidecar.Host.Commands;

/// <summary>The exit codes of the host.</summary>
internal static class ExitCodes
{
    /// <summary>Done, or stopped in order.</summary>
    public const int Success = 0;

    /// <summary>Something failed: a problem in the files, an app that did not start, a process that had to be killed, nothing running to talk to.</summary>
    public const int Failure = 1;

    /// <summary>The command line is not understood.</summary>
    public const int Usage = 2;
}
