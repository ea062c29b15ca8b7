using System.Diagnostics;

namespace EndToEnd.Engines;

/// <summary>Finds and signals the process that listens on a port: the one way that holds for both engines.</summary>
internal static class ListeningProcess
{
    /// <summary>The process id, or null when nobody listens.</summary>
    public static async Task<int?> FindAsync(int port)
    {
        return OperatingSystem.IsLinux() ? FindInProc(port) : await FindWithLsofAsync(port);
    }

    /// <summary>Sends a signal (KILL, TERM, STOP, CONT) to the listener; fails when there is none.</summary>
    public static async Task SignalAsync(int port, string signal)
    {
        var pid = await FindAsync(port) ?? throw new InvalidOperationException($"Nobody listens on port {port}.");
        await RunAsync("kill", [$"-{signal}", pid.ToString()]);
    }

    private static int? FindInProc(int port)
    {
        var hex = $":{port:X4}";
        var inodes = new[] { "/proc/net/tcp", "/proc/net/tcp6" }
            .Where(File.Exists)
            .SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > 9 && fields[1].EndsWith(hex, StringComparison.Ordinal) && fields[3] == "0A")
            .Select(fields => $"socket:[{fields[9]}]")
            .ToHashSet(StringComparer.Ordinal);
        if (inodes.Count == 0)
        {
            return null;
        }

        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
        {
            if (Holds(process, inodes))
            {
                return int.Parse(Path.GetFileName(process));
            }
        }

        return null;
    }

    private static bool Holds(string process, HashSet<string> inodes)
    {
        try
        {
            return Directory.EnumerateFiles(Path.Combine(process, "fd")).Any(fd => File.ResolveLinkTarget(fd, returnFinalTarget: false) is { } target && inodes.Contains(Path.GetFileName(target.FullName)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // the process ended, or belongs to somebody else
        }
    }

    private static async Task<int?> FindWithLsofAsync(int port)
    {
        var output = await RunAsync("lsof", ["-ti", $"tcp:{port}", "-sTCP:LISTEN"], mayFail: true);
        return int.TryParse(output.Split('\n')[0], out var pid) ? pid : null;
    }

    private static async Task<string> RunAsync(string program, string[] arguments, bool mayFail = false)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 || mayFail ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }
}
