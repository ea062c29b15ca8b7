using Sidecar.Host.RunFiles;
using Sidecar.Host.Runs;

namespace Sidecar.Host.Commands;

/// <summary><c>check</c>: the validation of a start without the start.</summary>
internal static class CheckCommand
{
    public static async Task<int> ExecuteAsync(RunOptions options, HostContext context, CancellationToken cancellationToken)
    {
        var result = await RunValidation.CheckAsync(options, context, ports: false, cancellationToken);
        Report(result, context);
        if (result.File is not { } file)
        {
            return ExitCodes.Failure;
        }

        // A port in use is no fault of the file: it may be this very platform that runs.
        foreach (var port in RunLock.IsHeld(options.RunDirectory) ? [] : Ports.InUse(file, options.External))
        {
            context.Console.Line($"note: {port}");
        }

        context.Console.Line($"{file.Path}: {file.Apps.Count} apps, no problems");
        return ExitCodes.Success;
    }

    /// <summary>Prints notices and problems.</summary>
    public static void Report(RunFileResult result, HostContext context)
    {
        foreach (var notice in result.Notices)
        {
            context.Console.Line($"note: {notice}");
        }

        foreach (var problem in result.Problems)
        {
            context.Console.Error($"error: {problem}");
        }

        if (result.Problems.Count > 0)
        {
            context.Console.Error($"{result.Problems.Count} problem(s): nothing was started");
        }
    }
}
