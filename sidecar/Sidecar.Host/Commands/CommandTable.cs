using Sidecar.Host.Runs;

namespace Sidecar.Host.Commands;

/// <summary>The commands of the host.</summary>
internal static class CommandTable
{
    private const string Usage = """
        Sidecar.Host runs the apps of a Dapr multi-app run file with embedded Dapr sidecars.

          run [-f|--run-file FILE]        check the file, start sidecars and apps, run until Ctrl-C, SIGTERM or `stop`
              [--external|--except APP]   do not start this app's process: you do, from an IDE say (repeatable, or a,b)
              [--start-timeout SECONDS]   how long an app may take to become ready (default 120)
              [--stop-timeout SECONDS]    how long an app may take to stop before it is killed (default 10)
          check [-f|--run-file FILE]      check the file, its resources and its secrets; start nothing
          resiliency explain APP [TARGET] [-f FILE]
                                          attempts, pauses and worst-case time of an app's calls; warns of retries that multiply
          daprd [FLAGS]                   one sidecar standing alone, under daprd's own flags
          status [--json]                 apps, sidecars, ports, processes, health, restarts, components
          stop                            stop the running platform and wait for its end
          logs APP [--follow|-F] [--lines N] [--sidecar]
                                          the last lines (default 200) of an app's log, or of its sidecar's
          faults [set NAME FIELD=VALUE... | remove NAME | clear]
                                          the faults injected into the running platform (docs/sidecar.md)
          restart APP | start-app APP | stop-app APP
                                          the processes of one app, instance by instance; APP.2 names an instance

        FILE is a run file or a folder with a dapr.yaml (default: dapr.yaml). Every command takes --run-dir DIR (default: .run).
        Exit codes: 0 done or stopped in order, 1 something failed, 2 the command line is not understood.
        """;

    /// <summary>Runs the command line.</summary>
    public static async Task<int> ExecuteAsync(IReadOnlyList<string> words, HostContext context, StopSignals signals)
    {
        if (words.Count == 0 || words[0] is "help" or "--help" or "-h")
        {
            context.Console.Line(Usage);
            return words.Count == 0 ? ExitCodes.Usage : ExitCodes.Success;
        }

        try
        {
            return words[0] == "daprd"
                ? await DaprdCommand.ExecuteAsync([.. words.Skip(1)], context, signals)
                : await DispatchAsync(words[0], new Arguments(words.Skip(1)), context, signals);
        }
        catch (UsageException exception)
        {
            context.Console.Error($"{exception.Message} See: Sidecar.Host help");
            return ExitCodes.Usage;
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            // Interrupted before anything was started.
            return ExitCodes.Failure;
        }
    }

    private static Task<int> DispatchAsync(string command, Arguments arguments, HostContext context, StopSignals signals)
    {
        var runDirectory = Path.GetFullPath(arguments.Value("--run-dir") ?? ".run");
        return command switch
        {
            "run" => RunCommand.ExecuteAsync(ReadRun(arguments, runDirectory), context, signals),
            "check" => CheckCommand.ExecuteAsync(ReadRun(arguments, runDirectory), context, signals.Stop),
            "resiliency" => Task.FromResult(ResiliencyCommand.Execute(arguments, context)),
            "status" => StatusCommand.ExecuteAsync(arguments, runDirectory, context, signals.Stop),
            "stop" => StopCommand.ExecuteAsync(arguments, runDirectory, context),
            "logs" => LogsCommand.ExecuteAsync(arguments, runDirectory, context, signals.Stop),
            "faults" => FaultsCommand.ExecuteAsync(arguments, runDirectory, context, signals.Stop),
            "restart" => AppCommand.ExecuteAsync("restart", arguments, runDirectory, context, signals.Stop),
            "start-app" => AppCommand.ExecuteAsync("start", arguments, runDirectory, context, signals.Stop),
            "stop-app" => AppCommand.ExecuteAsync("stop", arguments, runDirectory, context, signals.Stop),
            _ => throw new UsageException($"There is no command '{command}'."),
        };
    }

    private static RunOptions ReadRun(Arguments arguments, string runDirectory)
    {
        var options = new RunOptions
        {
            File = arguments.Value("-f", "--run-file") ?? "dapr.yaml",
            RunDirectory = runDirectory,
            External = [.. arguments.Values("--external", "--except").SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))],
            StartTimeout = TimeSpan.FromSeconds(arguments.Number("--start-timeout", 120, 1, 3600)),
            StopTimeout = TimeSpan.FromSeconds(arguments.Number("--stop-timeout", 10, 1, 600)),
        };
        arguments.Done();
        return options;
    }
}
