using System.Globalization;
using Sidecar.Host.RunFiles;

namespace Sidecar.Host.Apps;

/// <summary>The environment of an app: what <c>dapr run</c> sets, over the inherited one.</summary>
internal static class AppEnvironment
{
    /// <summary>The variables that the run adds; the file's own <c>env</c> wins over Dapr's, as in the CLI.</summary>
    public static IReadOnlyDictionary<string, string> Added(AppDefinition app)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["APP_ID"] = app.AppId,
            ["APP_CHANNEL_ADDRESS"] = app.AppChannelAddress,
            ["APP_PROTOCOL"] = app.AppProtocol,
        };
        AddPort(result, "APP_PORT", app.AppPort);
        AddPort(result, "DAPR_HTTP_PORT", app.HttpPort);
        AddPort(result, "DAPR_GRPC_PORT", app.GrpcPort);
        AddPort(result, "DAPR_METRICS_PORT", app.MetricsPort);
        foreach (var (name, value) in app.Environment)
        {
            result[name] = value;
        }

        return result;
    }

    /// <summary>Everything the app's process gets.</summary>
    public static IReadOnlyDictionary<string, string> Full(AppDefinition app, IReadOnlyDictionary<string, string> inherited)
    {
        var result = new Dictionary<string, string>(inherited, StringComparer.Ordinal);
        foreach (var (name, value) in Added(app))
        {
            result[name] = value;
        }

        return result;
    }

    private static void AddPort(Dictionary<string, string> environment, string name, int port)
    {
        if (port > 0)
        {
            environment[name] = port.ToString(CultureInfo.InvariantCulture);
        }
    }
}
