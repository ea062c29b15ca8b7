using System.Net;
using System.Net.Sockets;

namespace Gateway.Tests;

public sealed class StartTests
{
    [Fact]
    public async Task Start_OnATakenPort_EndsWithoutAnUnhandledException()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        var start = () => RunningGateway.StartAsync(("APP_PORT", $"{((IPEndPoint)taken.LocalEndpoint).Port}"), ("Logging:LogLevel:Default", "None"));

        (await start.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*ended without having listened*");
    }
}
