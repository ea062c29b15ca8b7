using System.Net;
using System.Net.Sockets;

namespace Testing;

/// <summary>
/// TCP ports on loopback for servers that a test starts. Invariant: a port is given out once among all test processes of the machine while
/// the process lives, and lies below the range from which the system takes the local ports of outgoing connections; a port that
/// was only free a moment ago may be one of those by the time the server binds it.
/// </summary>
public static class FreePort
{
    private const int First = 10_000;
    private const int Count = 9_000;
    private static readonly string Reservations = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "platform-test-ports")).FullName;
    private static readonly List<FileStream> Held = [];

    /// <summary>The next free port.</summary>
    public static int Next()
    {
        lock (Held)
        {
            while (true)
            {
                var port = First + Random.Shared.Next(Count);
                if (Reserve(port) is not { } reservation)
                {
                    continue;
                }

                if (IsFree(port))
                {
                    Held.Add(reservation);
                    return port;
                }

                reservation.Dispose();
            }
        }
    }

    private static FileStream? Reserve(int port)
    {
        try
        {
            return new FileStream(Path.Combine(Reservations, port.ToString()), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (IOException)
        {
            return null; // held by this or another test process
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
