using Microsoft.Extensions.Logging;
using Sidecar.Host.Daprd;
using Sidecar.Host.Output;
using Sidecar.Host.RunFiles;
using Sidecar.Host.Runs;

namespace Sidecar.Host.Commands;

/// <summary><c>daprd</c>: one sidecar standing alone, under daprd's own flags. It logs to standard output and ends in order on SIGTERM, Ctrl-C or <c>POST /v1.0/shutdown</c>.</summary>
internal static partial class DaprdCommand
{
    private static readonly TimeSpan WaitAtMost = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan WaitPause = TimeSpan.FromMilliseconds(100);

    public static async Task<int> ExecuteAsync(IReadOnlyList<string> words, HostContext context, StopSignals signals)
    {
        var flags = DaprdFlags.Read(words);
        if (flags.Flag("version") || flags.Flag("build-info"))
        {
            context.Console.Line(Metadata.RuntimeMetadata.DaprVersion);
            return ExitCodes.Success;
        }

        if (flags.Flag("wait"))
        {
            return await WaitAsync(flags, context, signals.Stop);
        }

        var settings = DaprdSettings.Read(flags, context.Environment);
        using var output = Output(flags, context.Console);
        using var loggers = new SidecarLoggers(settings.Options.AppId, output, settings.LogLevel, context.Time);
        return await RunAsync(settings.Options with { Loggers = loggers, Time = context.Time }, flags, loggers.CreateLogger("dapr.runtime"), context, signals);
    }

    private static async Task<int> RunAsync(SidecarOptions options, DaprdFlags flags, ILogger logger, HostContext context, StopSignals signals)
    {
        var began = context.Time.GetTimestamp();
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var asked = signals.Stop.Register(() => stop.TrySetResult());
        foreach (var flag in flags.WithoutEffect)
        {
            LogWithoutEffect(logger, flag);
        }

        await using var sidecar = new SidecarRuntime(options with
        {
            ShutdownRequested = () =>
            {
                stop.TrySetResult();
                return Task.CompletedTask;
            },
        });
        try
        {
            await sidecar.StartAsync(signals.Stop);
        }
        catch (SidecarStartException exception)
        {
            foreach (var error in exception.Errors)
            {
                LogFatal(logger, error);
            }

            return ExitCodes.Failure;
        }

        LogInitialized(logger, (long)context.Time.GetElapsedTime(began).TotalMilliseconds);
        await stop.Task;
        await sidecar.StopAsync(signals.Now);
        return ExitCodes.Success;
    }

    private static AppOutput Output(DaprdFlags flags, IConsole console)
    {
        if (flags.Text("log-file") is not { } path)
        {
            return new AppOutput(console, "", "", LogDestination.Console);
        }

        try
        {
            return new AppOutput(console, "", Path.GetFullPath(path), LogDestination.File);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"failed to open log file \"{path}\": {exception.Message}");
        }
    }

    // For scripts that must not go on before the sidecar of this machine can be called.
    private static async Task<int> WaitAsync(DaprdFlags flags, HostContext context, CancellationToken cancellationToken)
    {
        var address = new Uri($"http://127.0.0.1:{flags.Number("dapr-http-port", 3500, 1, 65535)}/v1.0/healthz/outbound");
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        var began = context.Time.GetTimestamp();
        while (context.Time.GetElapsedTime(began) < WaitAtMost)
        {
            try
            {
                using var answer = await client.GetAsync(address, cancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    return ExitCodes.Success;
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // Not there yet: that is what is waited for.
            }

            await Task.Delay(WaitPause, context.Time, cancellationToken);
        }

        context.Console.Error($"no sidecar was ready at {address} within {WaitAtMost.TotalSeconds:0} s");
        return ExitCodes.Failure;
    }

    [LoggerMessage(4901, LogLevel.Warning, "flag --{Flag} has no effect in the embedded sidecar")]
    private static partial void LogWithoutEffect(ILogger logger, string flag);

    [LoggerMessage(4902, LogLevel.Critical, "Fatal error from runtime: {Error}")]
    private static partial void LogFatal(ILogger logger, string error);

    [LoggerMessage(4903, LogLevel.Information, "dapr initialized. Status: Running. Init Elapsed {Elapsed}ms")]
    private static partial void LogInitialized(ILogger logger, long elapsed);
}
