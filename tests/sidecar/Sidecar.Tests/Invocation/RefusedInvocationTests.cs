using System.Net.Sockets;
using System.Text;
using Dapr.Proto.Common.V1;
using Dapr.Proto.Runtime.V1;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Api.Grpc;
using Sidecar.Components;
using Sidecar.Health;
using Sidecar.Tests.Hosting;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Invocation;

/// <summary>What callers are told when a call cannot reach an app, and what reaches it unchanged.</summary>
public sealed class RefusedInvocationTests
{
    private readonly RunScope _run = new();

    [Fact]
    public async Task Invoke_SidecarWithoutApp_IsToldAccordingToWhoseItIs()
    {
        await using var sidecar = await RunningSidecar.StartAsync(_run, "own", appPort: null);
        await using var other = await RunningSidecar.StartAsync(_run, "other", appPort: null);

        (await sidecar.SendAsync("GET", "/v1.0/invoke/own/method/x")).Body.Should().Contain("failed to invoke, id: own, err: cannot invoke local endpoint: app channel not initialized");
        (await sidecar.SendAsync("GET", "/v1.0/invoke/other/method/x")).Body.Should().Contain("failed to invoke, id: other, err: rpc error: code = Internal desc = app channel is not initialized");
    }

    [Fact]
    public async Task Proxy_SidecarWithoutApp_IsUnavailable()
    {
        await using var sidecar = await RunningSidecar.StartAsync(_run, "own", appPort: null);
        using var client = new GrpcTestClient(sidecar.GrpcAddress) { Metadata = { ["dapr-app-id"] = "own" } };

        var act = () => client.CallAsync<StringValue, StringValue>("/my.Service/Talk", new StringValue());

        var status = (await act.Should().ThrowAsync<GrpcException>()).Which.Status;
        status.Code.Should().Be(GrpcCode.Unavailable);
        status.Message.Should().StartWith("connection error: desc = \"transport: Error while dialing: dial tcp 127.0.0.1:0");
    }

    [Fact]
    public async Task Invoke_AppOfAnotherSidecarIsUnhealthy_SaysThatItsChannelRefused()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.Statuses(500));
        var health = new AppHealthOptions("/ready", TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(90), 1);
        await using var callee = await TestSidecar.StartAsync(options => options with { AppId = "callee", AppPort = app.Port, AppHealth = health, Run = _run }, waitUntilReady: false);
        await using var caller = await RunningSidecar.StartAsync(_run, "caller", appPort: null);

        var (status, body, _) = await caller.SendAsync("GET", "/v1.0/invoke/callee/method/x");

        (status, body).Should().Be((500, """{"errorCode":"ERR_DIRECT_INVOKE","message":"failed to invoke, id: callee, err: rpc error: code = Internal desc = error invoking app channel: rpc error: code = Internal desc = app is not in a healthy state"}"""));
    }

    [Fact]
    public async Task Invoke_VerbOfProxies_ReachesNoApp()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app);

        (await sidecar.SendRawAsync("CONNECT", "/v1.0/invoke/app/method/x")).Should().Contain("failed to invoke, id: app, err: rpc error: code = InvalidArgument desc = invalid HTTP verb");
        app.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task InvokeService_EndpointWithoutVerb_IsRefused()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await RunningSidecar.StartAsync(_run, "own", appPort: null, Endpoint("ext", app.Port));
        using var client = new GrpcTestClient(sidecar.GrpcAddress);

        var act = () => client.CallAsync<InvokeServiceRequest, InvokeResponse>("/dapr.proto.runtime.v1.Dapr/InvokeService", new InvokeServiceRequest { Id = "ext", Message = new InvokeRequest { Method = "x" } });

        (await act.Should().ThrowAsync<GrpcException>()).Which.Status.Message.Should().Be("failed to invoke, id: ext, err: rpc error: code = InvalidArgument desc = missing HTTP extension field");
        app.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task Breaker_OfAnEndpoint_CountsAllItsMethods()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.Statuses(500));
        await using var sidecar = await RunningSidecar.StartAsync(_run, "own", appPort: null, Endpoint("ext", app.Port), """
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata: { name: res }
            spec:
              policies: { circuitBreakers: { cb: { maxRequests: 1, timeout: 60s, trip: consecutiveFailures >= 2 } } }
              targets: { apps: { ext: { circuitBreaker: cb } } }
            """);

        await sidecar.SendAsync("GET", "/v1.0/invoke/ext/method/a");
        await sidecar.SendAsync("GET", "/v1.0/invoke/ext/method/b");

        (await sidecar.SendAsync("GET", "/v1.0/invoke/ext/method/c")).Body.Should().Contain("failed to invoke, id: ext, err: circuit breaker is open");
    }

    [Fact]
    public async Task Invoke_HeaderThatIsNotAscii_ReachesTheAppAndComesBackOctetByOctet()
    {
        await using var app = await FakeApp.StartAsync(context =>
        {
            context.Response.Headers["x-back"] = context.Request.Headers["x-name"];
            return Task.CompletedTask;
        });
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", sidecar.Runtime.HttpPort);
        await client.GetStream().WriteAsync((byte[])[.. "GET /v1.0/invoke/app/method/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx-name: J"u8, 0xFC, .. "rgen\r\n\r\n"u8]);
        using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);

        (await reader.ReadToEndAsync()).Should().Contain("x-back: J\u00fcrgen\r\n");
    }

    [Theory]
    [InlineData("a\u0001b", false)]
    [InlineData("a\u007fb", false)]
    [InlineData("a\tb", true)]
    public async Task Invoke_AnswerWithAControlCharacterInAHeader_ComesBackWithoutTheHeader(string value, bool stays)
    {
        using var app = new TcpListener(System.Net.IPAddress.Loopback, 0);
        app.Start();
        var answering = AnswerAsync(app, $"HTTP/1.1 200 OK\r\nx-odd: {value}\r\nx-even: 2\r\nConnection: close\r\nContent-Length: 4\r\n\r\ndone");
        await using var sidecar = await RunningSidecar.StartAsync(_run, "own", appPort: null, Endpoint("ext", ((System.Net.IPEndPoint)app.LocalEndpoint).Port));

        var (status, body, response) = await sidecar.SendAsync("POST", "/v1.0/invoke/ext/method/x", "{}");

        app.Stop();
        (status, body).Should().Be((200, "done"));
        response.Headers.GetValues("x-even").Should().Equal("2");
        response.Headers.Contains("x-odd").Should().Be(stays);
        (await answering).Should().Be(1, "the app is asked once");
    }

    [Fact]
    public async Task Invoke_EmptyContentType_IsNone()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app);

        await sidecar.SendRawAsync("GET", "/v1.0/invoke/app/method/x", "content-type:");

        app.Seen.Single().Headers.Should().NotContainKey("content-type");
    }

    // An app as raw as it can be: the same answer on each connection; returns how many there were once the listener is stopped.
    private static async Task<int> AnswerAsync(TcpListener listener, string answer)
    {
        for (var connections = 0; ; connections++)
        {
            try
            {
                using var connection = await listener.AcceptTcpClientAsync();
                _ = await connection.GetStream().ReadAtLeastAsync(new byte[4096], 1);
                await connection.GetStream().WriteAsync(Encoding.Latin1.GetBytes(answer));
            }
            catch (SocketException)
            {
                return connections;
            }
        }
    }

    private static string Endpoint(string name, int port) => $$"""
        apiVersion: dapr.io/v1alpha1
        kind: HTTPEndpoint
        metadata: { name: {{name}} }
        spec: { baseUrl: "http://127.0.0.1:{{port}}" }
        """;
}
