using System.Net;
using System.Net.Sockets;
using System.Text;
using ServiceDefaults;

namespace Gateway.Tests;

public sealed class OversizedBodyTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private const int Size = 4 * 1024 * 1024;

    [Fact]
    public async Task Post_BodyOverTheLimitStillOnItsWay_IsAnsweredAndTakenIn()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, fixture.Gateway.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Head(""));
        using var reader = new StreamReader(stream, leaveOpen: true);

        (await reader.ReadLineAsync()).Should().Contain(" 413 ");
        var sending = async () => await stream.WriteAsync(new byte[Size]);

        await sending.Should().NotThrowAsync("a client that is cut off while it sends may never read the answer");
    }

    [Fact]
    public async Task Post_BodyOverTheLimitNotYetSent_IsAnsweredAndClosed()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, fixture.Gateway.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Head("Expect: 100-continue\r\n"));
        using var reader = new StreamReader(stream);

        (await reader.ReadToEndAsync()).Should().StartWith("HTTP/1.1 413 ").And.NotContain(" 100 Continue");
    }

    private byte[] Head(string more) => Encoding.ASCII.GetBytes(
        $"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {fixture.Gateway.Tokens.Mint(Guid.NewGuid(), [Roles.Customer])}\r\nContent-Type: application/json\r\nContent-Length: {Size}\r\n{more}\r\n");
}
