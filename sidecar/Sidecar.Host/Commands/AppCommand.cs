using Sidecar.Host.Control;
using Sidecar.Host.Runs;

namespace Sidecar.Host.Commands;

/// <summary><c>restart</c>, <c>start-app</c>, <c>stop-app</c>: the process of one app.</summary>
internal static class AppCommand
{
    public static async Task<int> ExecuteAsync(string verb, Arguments arguments, string runDirectory, HostContext context, CancellationToken cancellationToken)
    {
        var app = arguments.Word("app");
        arguments.Done();
        using var client = ControlClient.Find(runDirectory);
        if (client is null)
        {
            context.Console.Error($"no platform runs in {runDirectory}");
            return ExitCodes.Failure;
        }

        var refusal = await client.PostAsync($"apps/{Uri.EscapeDataString(app)}/{verb}", cancellationToken);
        if (refusal is not null)
        {
            context.Console.Error(refusal);
            return ExitCodes.Failure;
        }

        context.Console.Line($"{app}: {verb} done");
        return ExitCodes.Success;
    }
}
