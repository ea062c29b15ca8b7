using System.Diagnostics;

namespace EndToEnd.Commands;

/// <summary>Runs `make` as a user would, against the run folder of the suite.</summary>
internal static class Make
{
    /// <summary>The exit code and what it printed.</summary>
    public static async Task<(int Code, string Output)> RunAsync(string runFolder, params string[] arguments)
    {
        var start = new ProcessStartInfo("make", ["--no-print-directory", .. arguments]) { UseShellExecute = false, WorkingDirectory = TestServers.RepositoryRoot, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PLATFORM_RUN_DIR"] = runFolder;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }
}
