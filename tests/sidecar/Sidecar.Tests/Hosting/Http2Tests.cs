using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sidecar.Tests.Hosting;

/// <summary>The HTTP port as clients with HTTP/2 and without TLS use it.</summary>
public sealed class Http2Tests
{
    [Fact]
    public async Task Call_WithPriorKnowledge_IsAnsweredOverHttp2()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await TestSidecar.StartAsync(options => options with { AppPort = app.Port, ApiToken = "secret" });
        using var request = Post(sidecar, "v1.0/invoke/app/method/echo?x=1", new StringContent("over two"));
        request.Headers.Add("dapr-api-token", "secret");

        using var answer = await sidecar.Client.SendAsync(request);

        (answer.Version, answer.StatusCode, await answer.Content.ReadAsStringAsync()).Should().Be((HttpVersion.Version20, HttpStatusCode.OK, "over two"));
        app.Seen.Single().Target.Should().Be("/echo?x=1");
        using var refused = await sidecar.Client.SendAsync(Post(sidecar, "v1.0/invoke/app/method/echo", new StringContent("no token")));
        refused.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Call_StreamedBodyUnderRetries_IsNotSentAgain()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.Statuses(503));
        await using var sidecar = await TestSidecar.StartAsync(options => options with { AppPort = app.Port }, [Retries]);
        using var request = Post(sidecar, "v1.0/invoke/app/method/x", new StreamContent(new EndlessLength("piece by piece")));

        using var answer = await sidecar.Client.SendAsync(request);

        ((int)answer.StatusCode, app.Seen.Count).Should().Be((503, 1));
    }

    [Fact]
    public async Task Call_BodyOverTheLimit_IsRefused()
    {
        await using var sidecar = await TestSidecar.StartAsync(options => options with { MaxBodySize = 100 }, [Support.RunningSidecar.Component("store", "state.in-memory")]);

        using var answer = await sidecar.Client.SendAsync(Post(sidecar, "v1.0/state/store", new StringContent($$"""[{"key":"k","value":"{{new string('x', 200)}}"}]""")));

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Http1_BesideIt_IsServedThoughItBeginsAlike(bool split)
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await TestSidecar.StartAsync(options => options with { AppPort = app.Port });
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", sidecar.Runtime.HttpPort);
        var request = "PUT /v1.0/invoke/app/method/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody"u8.ToArray();
        using var reader = new StreamReader(client.GetStream());

        await client.GetStream().WriteAsync(request.AsMemory(0, split ? 1 : request.Length));
        await client.GetStream().FlushAsync();
        await client.GetStream().WriteAsync(request.AsMemory(split ? 1 : request.Length));

        (await reader.ReadToEndAsync()).Should().StartWith("HTTP/1.1 200");
    }

    [Fact]
    public async Task Http1_AsksForAnUpgrade_IsAnsweredOverHttp1WithItsBody()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await TestSidecar.StartAsync(options => options with { AppPort = app.Port });
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", sidecar.Runtime.HttpPort);
        await client.GetStream().WriteAsync("POST /v1.0/invoke/app/method/echo HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nContent-Length: 4\r\n\r\nbody"u8.ToArray());
        using var reader = new StreamReader(client.GetStream());

        var answer = await reader.ReadToEndAsync();

        answer.Should().StartWith("HTTP/1.1 200").And.Contain("\r\nbody\r\n");
    }

    [Fact]
    public async Task Http2_SwitchedOffAsInDaprd_IsNotServed()
    {
        await using var sidecar = await TestSidecar.StartAsync(options => options with { Environment = new Dictionary<string, string> { ["DAPR_HTTP_DISABLE_H2C"] = "true" } });

        var call = () => sidecar.Client.SendAsync(Post(sidecar, "v1.0/metadata", null));

        await call.Should().ThrowAsync<HttpRequestException>();
    }

    [Fact]
    public async Task Headers_ManyOrLongWithinTheLimit_AreTaken()
    {
        await using var sidecar = await TestSidecar.StartAsync(options => options with { ReadBufferSize = 2 * 1024 * 1024 }, [Support.RunningSidecar.Component("store", "state.in-memory")]);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"v1.0/state/store/{new string('k', 20_000)}");
        for (var number = 0; number < 300; number++)
        {
            request.Headers.Add($"x-{number}", "v");
        }

        using var answer = await sidecar.Client.SendAsync(request);

        answer.StatusCode.Should().Be(HttpStatusCode.NoContent);
    }

    private const string Retries = "{ apiVersion: dapr.io/v1alpha1, kind: Resiliency, metadata: { name: r }, spec: { policies: { retries: { again: { policy: constant, duration: 5ms, maxRetries: 2 } } }, targets: { apps: { app: { retry: again } } } } }";

    private static HttpRequestMessage Post(TestSidecar sidecar, string path, HttpContent? content) => new(HttpMethod.Post, new Uri(sidecar.Client.BaseAddress!, path))
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Content = content,
    };

    /// <summary>A text whose length nobody knows before it ends.</summary>
    private sealed class EndlessLength(string text) : MemoryStream(Encoding.ASCII.GetBytes(text))
    {
        public override bool CanSeek => false;
    }
}
