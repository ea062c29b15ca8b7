using Dapr.Proto.Common.V1;
using Dapr.Proto.Runtime.V1;
using Sidecar.Components;
using Sidecar.Tests.Hosting;
using Verb = Dapr.Proto.Common.V1.HTTPExtension.Types.Verb;

namespace Sidecar.Tests.Security;

/// <summary>What headers over HTTP/2 can carry and HTTP/1.1 cannot must not become lines of the request that an app gets: a second one would have passed no policy.</summary>
public sealed class Http2InjectionTests
{
    private const string Lines = "1 HTTP/1.1\r\nx-smuggled: 1\r\n\r\nGET /admin";
    private readonly RunScope _run = new();

    [Fact]
    public async Task InvokeService_LineBreakInMetadata_DoesNotReachTheApp()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app);
        using var client = new GrpcTestClient(new Uri($"http://127.0.0.1:{sidecar.Runtime.GrpcPort}"));
        client.Metadata["x-mine"] = "1\r\nx-smuggled: 1";
        var request = new InvokeServiceRequest { Id = "app", Message = new InvokeRequest { Method = "x", HttpExtension = new HTTPExtension { Verb = Verb.Post } } };

        await Record.ExceptionAsync(() => client.CallAsync<InvokeServiceRequest, InvokeResponse>("/dapr.proto.runtime.v1.Dapr/InvokeService", request));

        ShouldBeClean(app);
    }

    [Theory]
    [InlineData("/v1.0/invoke/app/method/x?a=" + Lines, "x", "1")]
    [InlineData("/v1.0/invoke/app/method/x " + Lines, "x", "1")]
    [InlineData("/v1.0/invoke/app/method/x", "x-mine", "1\r\nx-smuggled: 1")]
    [InlineData("/v1.0/invoke/app/method/x", "x-mine", "1\nx-smuggled: 1")]
    [InlineData("/v1.0/invoke/app/method/x", "x-mine: 1\r\nx-smuggled", "1")]
    public async Task Http2_LineBreaks_DoNotReachTheApp(string path, string header, string value)
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app);

        await RawHttp2.SendAsync(sidecar.Runtime.HttpPort, (":method", "GET"), (":scheme", "http"), (":path", path), (":authority", "x"), (header, value));

        ShouldBeClean(app);
    }

    [Fact]
    public async Task Http2_SoundHeaders_ReachTheApp()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app);

        await RawHttp2.SendAsync(sidecar.Runtime.HttpPort, (":method", "GET"), (":scheme", "http"), (":path", "/v1.0/invoke/app/method/x"), (":authority", "x"), ("x-mine", "1"));

        app.Seen.Single().Headers["x-mine"].Should().Be("1");
    }

    private static void ShouldBeClean(FakeApp app)
    {
        app.Seen.Should().NotContain(request => request.Headers.ContainsKey("x-smuggled"));
        app.Seen.Select(request => request.Target).Should().NotContain(target => target.StartsWith("/admin"));
        app.Seen.Should().HaveCountLessThan(2);
    }
}
