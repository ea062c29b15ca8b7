using System.Net;
using System.Net.Sockets;

namespace Testing;

/// <summary>TCP ports on loopback that nobody listened on a moment ago; each is given out once per process.</summary>
public static class FreePort
{
    private static readonly HashSet<int> Given = [];

    /// <summary>The next free port.</summary>
    public static int Next()
    {
        lock (Given)
        {
            while (true)
            {
                using var listener = new TcpListener(IPAddress.Loopback, 0);
                listener.Start();
                var port = ((IPEndPoint)listener.LocalEndpoint).Port;
                if (Given.Add(port))
                {
                    return port;
                }
            }
        }
    }
}
