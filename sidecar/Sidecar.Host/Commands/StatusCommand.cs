using System.Text.Json;
using Sidecar.Host.Control;
using Sidecar.Host.Runs;

namespace Sidecar.Host.Commands;

/// <summary><c>status</c>: what runs, where, and how it is.</summary>
internal static class StatusCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private static readonly string[] Heading = ["APP", "STATE", "HEALTH", "PID", "RESTARTS", "APP PORT", "HTTP", "GRPC", "METRICS", "SIDECAR", "COMPONENTS"];

    public static async Task<int> ExecuteAsync(Arguments arguments, string runDirectory, HostContext context, CancellationToken cancellationToken)
    {
        var json = arguments.Flag("--json");
        arguments.Done();
        using var client = ControlClient.Find(runDirectory);
        if (client is null)
        {
            context.Console.Error($"no platform runs in {runDirectory}");
            return ExitCodes.Failure;
        }

        var status = await client.StatusAsync(cancellationToken);
        if (json)
        {
            context.Console.Line(JsonSerializer.Serialize(status, Json));
            return ExitCodes.Success;
        }

        var up = context.Time.GetUtcNow() - status.StartedAt;
        context.Console.Line($"{status.RunFile}: {(status.Ready ? "ready" : "starting")}, up {(int)up.TotalHours}:{up:mm\\:ss}, host process {status.Pid}");
        Table([Heading, .. status.Apps.Select(Row)], context);
        foreach (var app in status.Apps)
        {
            foreach (var wait in app.Waits)
            {
                context.Console.Line($"{app.Name}: {wait}");
            }
        }

        FaultsCommand.Show(status.Faults, context);
        return ExitCodes.Success;
    }

    private static string[] Row(AppStatus app) =>
    [
        app.Name,
        app.State,
        app.AppPort == 0 ? "-" : app.AppAvailable ? "ok" : "away",
        app.Pid?.ToString() ?? "-",
        app.Restarts.ToString(),
        app.AppPort > 0 ? app.AppPort.ToString() : "-",
        app.DaprHttpPort.ToString(),
        app.DaprGrpcPort.ToString(),
        app.MetricsPort.ToString(),
        app.SidecarReady ? "ready" : "waiting",
        string.Join(' ', app.Components.Select(component => component.Name)),
    ];

    private static void Table(IReadOnlyList<string[]> rows, HostContext context)
    {
        var widths = Enumerable.Range(0, Heading.Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            context.Console.Line(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }
}
