using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sidecar.Host.Apps;

/// <summary>Ends processes: politely, or at once with everything they started.</summary>
internal static class Signals
{
    private const int Kill = 9;
    private const int Terminate = 15;

    /// <summary>Asks a process to stop (SIGTERM; to its whole group when it leads one). Windows has no such signal: it is ended.</summary>
    public static void AskToStop(Process process, bool group)
    {
        if (OperatingSystem.IsWindows())
        {
            End(process, group);
        }
        else if (!process.HasExited)
        {
            // A child that was started this instant may not lead its group yet.
            if (!group || Send(-process.Id, Terminate) != 0)
            {
                _ = Send(process.Id, Terminate);
            }
        }
    }

    /// <summary>Ends a process and its children at once.</summary>
    public static void End(Process process, bool group)
    {
        if (!OperatingSystem.IsWindows() && group)
        {
            _ = Send(-process.Id, Kill);
        }

        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Send(int process, int signal);
}
