using System.Net;
using System.Net.Sockets;
using System.Text;
using Sidecar.Components;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Invocation;

public sealed class ConnectionLimitTests
{
    private const int Idle = 1_000;
    private const int InFlight = 256;
    private static readonly byte[] Request = "GET /v1.0/healthz/outbound HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray();

    [Fact]
    public async Task Invoke_ManyIdleConnectionsAndCallsUnderWay_HoldsAllOfThem()
    {
        var arrived = 0;
        var all = new TaskCompletionSource();
        await using var app = await FakeApp.StartAsync(async context =>
        {
            if (context.Request.Path.StartsWithSegments("/dapr"))
            {
                return;
            }

            // Nobody is answered before everybody is there: fewer calls under way would never end.
            if (Interlocked.Increment(ref arrived) == InFlight)
            {
                all.SetResult();
            }

            await all.Task.WaitAsync(TimeSpan.FromSeconds(20), context.RequestAborted);
        });
        var run = new RunScope();
        await using var callee = await TestSidecar.StartAsync(run, "callee", app);
        await using var caller = await TestSidecar.StartAsync(run, "caller", null);
        var idle = await Task.WhenAll(Enumerable.Range(0, Idle).Select(_ => ConnectAsync(caller.Runtime.HttpPort)));

        var answers = await Task.WhenAll(Enumerable.Range(0, InFlight).Select(_ => caller.Client.GetAsync("v1.0/invoke/callee/method/x")));

        answers.Should().OnlyContain(answer => answer.StatusCode == HttpStatusCode.OK);
        var again = await Task.WhenAll(idle.Select(AskAsync));
        again.Should().OnlyContain(status => status == "HTTP/1.1 204", "idle connections are still there");
        Array.ForEach(idle, socket => socket.Dispose());
    }

    private static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        await AskAsync(socket);
        return socket;
    }

    private static async Task<string> AskAsync(Socket socket)
    {
        await socket.SendAsync(Request);
        var buffer = new byte[1024];
        var length = await socket.ReceiveAsync(buffer);
        return Encoding.ASCII.GetString(buffer, 0, Math.Min(length, "HTTP/1.1 204".Length));
    }
}
