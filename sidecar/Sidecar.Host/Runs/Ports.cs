using System.Net;
using System.Net.Sockets;
using Sidecar.Host.RunFiles;

namespace Sidecar.Host.Runs;

/// <summary>The ports of a run: free ones for those the file leaves open, and a check of the fixed ones.</summary>
internal static class Ports
{
    // Below the range from which systems take the local ports of outgoing connections, one of which could take a free port before its listener does.
    private const int FirstFree = 20_000;
    private const int EndOfFree = 32_000;

    /// <summary>Gives every port that the file leaves open a free one.</summary>
    public static RunFile Assign(RunFile file)
    {
        var given = file.Apps.SelectMany(RunFileReader.Ports).Select(port => port.Value).ToHashSet();
        return file with
        {
            Apps = [.. file.Apps.Select(app => app with
            {
                AppPort = app.AppPort == AppDefinition.AnyPort ? Free(given) : app.AppPort,
                HttpPort = app.HttpPort > 0 ? app.HttpPort : Free(given),
                GrpcPort = app.GrpcPort > 0 ? app.GrpcPort : Free(given),
                MetricsPort = app.MetricsPort > 0 ? app.MetricsPort : Free(given),
            })],
        };
    }

    /// <summary>The fixed ports that somebody else listens on. The port of an app that is started elsewhere may be in use: by that app.</summary>
    public static IEnumerable<Problem> InUse(RunFile file, IReadOnlyCollection<string> external) =>
        from app in file.Apps
        from port in RunFileReader.Ports(app)
        where !(port.Key == "appPort" && external.Contains(app.AppId, StringComparer.Ordinal))
        where !IsFree(port.Value)
        select new Problem($"{app.Place}.{port.Key}", $"port {port.Value} ({app.Name}) is in use", "stop what listens there (a platform still running? `Sidecar.Host stop`), or change the port");

    private static bool IsFree(int port)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Connections of a run that just ended linger on the port; they do not keep a listener away.
            listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, !OperatingSystem.IsWindows());
            listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
            listener.Listen();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int Free(HashSet<int> given)
    {
        while (true)
        {
            var port = Random.Shared.Next(FirstFree, EndOfFree);
            if (IsFree(port) && given.Add(port))
            {
                return port;
            }
        }
    }
}
