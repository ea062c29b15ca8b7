using Sidecar.Host.Apps;
using Sidecar.Host.Control;
using Sidecar.Host.Runs;

namespace Sidecar.Host.Commands;

/// <summary><c>stop</c>: asks the host to stop, waits for its end, and ends it when it hangs.</summary>
internal static class StopCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<int> ExecuteAsync(Arguments arguments, string runDirectory, HostContext context)
    {
        arguments.Done();
        using var client = ControlClient.Find(runDirectory);
        using var process = client?.Process();
        if (client is null || process is null)
        {
            context.Console.Line($"no platform runs in {runDirectory}");
            return ExitCodes.Success;
        }

        try
        {
            await client.PostAsync("stop", CancellationToken.None);
        }
        catch (HttpRequestException)
        {
            // It does not answer any more; it still gets the signal and its time.
            Signals.AskToStop(process, group: false);
        }

        using var patience = new CancellationTokenSource(Patience, context.Time);
        try
        {
            await process.WaitForExitAsync(patience.Token);
            context.Console.Line("stopped");
            return ExitCodes.Success;
        }
        catch (OperationCanceledException)
        {
            context.Console.Error($"process {process.Id} did not stop within {Patience.TotalSeconds:0} s: killed");
            Signals.End(process, group: false);
            return ExitCodes.Failure;
        }
    }
}
