using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sidecar.Components;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Invocation;

public sealed class InvocationTests
{
    private readonly RunScope _run = new();

    [Theory]
    [InlineData("GET", "GET")]
    [InlineData("PUT", "PUT")]
    [InlineData("DELETE", "DELETE")]
    [InlineData("PATCH", "PATCH")]
    [InlineData("OPTIONS", "OPTIONS")]
    [InlineData("PROPFIND", "POST")]
    public async Task Invoke_Verb_ReachesTheOtherAppWithCallerHeaders(string verb, string seen)
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var callee = await TestSidecar.StartAsync(_run, "callee", app);
        await using var caller = await TestSidecar.StartAsync(_run, "caller", app: null);

        using var request = new HttpRequestMessage(new HttpMethod(verb), "v1.0/invoke/callee/method/orders/1?x=1&x=2&y=%20z");
        request.Headers.Add("X-Own", "kept");
        request.Headers.Add("dapr-api-token", "of the caller");
        using var response = await caller.Client.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        var got = app.Seen.Single();
        got.Method.Should().Be(seen);
        got.Target.Should().Be("/orders/1?x=1&x=2&y=%20z");
        got.Headers["dapr-caller-app-id"].Should().Be("caller");
        got.Headers["dapr-callee-app-id"].Should().Be("callee");
        got.Headers["dapr-caller-namespace"].Should().Be("default");
        got.Headers["x-own"].Should().Be("kept");
        got.Headers.Should().ContainKey("forwarded").And.NotContainKey("dapr-api-token");
    }

    [Fact]
    public async Task Invoke_MorePathsThanTheAddressesKept_EachReachesItsOwn()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app);
        var paths = Enumerable.Range(0, 1_100).Select(path => $"/orders/{path % 1_050}").ToList();

        await Parallel.ForEachAsync(paths, async (path, token) => (await sidecar.Client.GetAsync(new Uri("v1.0/invoke/app/method" + path, UriKind.Relative), token)).Dispose());

        app.Seen.Select(request => request.Target).Where(target => target.StartsWith("/orders/", StringComparison.Ordinal)).Should().BeEquivalentTo(paths);
    }

    [Fact]
    public async Task Invoke_AddressThatIsNone_IsAnInvocationError()
    {
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app: null);
        using var request = new HttpRequestMessage(HttpMethod.Get, "x");
        request.Headers.TryAddWithoutValidation("dapr-app-id", "http://127.0.0.1:port");

        using var response = await sidecar.Client.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        (await response.Content.ReadAsStringAsync()).Should().Contain("ERR_DIRECT_INVOKE").And.Contain("invalid URL");
    }

    [Fact]
    public async Task Save_BodyThatBreaksOff_IsTheClientsFault()
    {
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app: null, [Support.RunningSidecar.Component("store", "state.in-memory")]);
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync("127.0.0.1", sidecar.Runtime.HttpPort);
        await client.GetStream().WriteAsync("POST /v1.0/state/store HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"u8.ToArray());
        using var reader = new StreamReader(client.GetStream());

        (await reader.ReadLineAsync()).Should().StartWith("HTTP/1.1 400");
    }

    [Fact]
    public async Task Invoke_Body_StreamsThroughWithItsType()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app);
        var sent = new byte[1_000_000];
        Random.Shared.NextBytes(sent);

        using var content = new ByteArrayContent(sent);
        content.Headers.ContentType = new("application/x-own");
        using var response = await sidecar.Client.PostAsync("v1.0/invoke/app/method/echo", content);

        (await response.Content.ReadAsByteArrayAsync()).Should().Equal(sent);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/x-own");
    }

    [Fact]
    public async Task Invoke_AnswerThatStaysOpen_ArrivesPieceByPiece()
    {
        var goOn = new TaskCompletionSource();
        await using var app = await FakeApp.StartAsync(async context =>
        {
            if (!context.Request.Path.StartsWithSegments("/dapr"))
            {
                context.Response.ContentType = "text/event-stream";
                await context.Response.WriteAsync("data: one\n\n");
                await goOn.Task;
                await context.Response.WriteAsync("data: two\n\n");
            }
        });
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app);

        using var response = await sidecar.Client.GetAsync("v1.0/invoke/app/method/events", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync()).Should().Be("data: one");
        goOn.SetResult();
        (await reader.ReadToEndAsync()).Should().Contain("data: two");
    }

    [Theory]
    [InlineData("/v1.0/invoke/app/method/../secret", "/secret")]
    [InlineData("/v1.0/invoke/app/method/a%2Fb", "/a/b")]
    [InlineData("/v1.0/invoke/app/method/..%2Fsecret", "/secret")]
    [InlineData("/v1.0/invoke/app/method/a//b", "/a/b")]
    [InlineData("/v1.0/invoke/app/method/%C3%BC?q=%26", "/%C3%BC?q=%26")]
    [InlineData("/v1.0/invoke/app/method/a+b", "/a+b")]
    [InlineData("/v1.0/invoke/app/method/trail/", "/trail")]
    [InlineData("/v1.0/invoke/app/method/x?", "/x")]
    [InlineData("/v1.0/invoke/app.default/method/x", "/x")]
    public async Task Invoke_OddPath_IsCleanedAndEncodedAgain(string target, string seen)
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app);

        (await sidecar.SendRawAsync("GET", target)).Should().StartWith("HTTP/1.1 200");

        app.Seen.Single().Target.Should().Be(seen);
    }

    [Theory]
    [InlineData("/v1.0/invoke")]
    [InlineData("/v1.0/invoke/app/method")]
    [InlineData("/v1.0/invoke//method/x")]
    [InlineData("/v1.0/nothing")]
    [InlineData("/")]
    public async Task Invoke_MalformedPath_IsNotFound(string target)
    {
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app: null);

        var answer = await sidecar.SendRawAsync("GET", target);

        answer.Should().StartWith("HTTP/1.1 404").And.Contain("failed getting app id either from the URL path or the header dapr-app-id");
    }

    [Fact]
    public async Task Invoke_ByHeader_TakesThePathAsTheMethod()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var callee = await TestSidecar.StartAsync(_run, "callee", app);
        await using var caller = await TestSidecar.StartAsync(_run, "caller", app: null);

        using var request = new HttpRequestMessage(HttpMethod.Get, "some/path?q=1");
        request.Headers.Add("dapr-app-id", "callee");
        (await caller.Client.SendAsync(request)).StatusCode.Should().Be(HttpStatusCode.OK);

        app.Seen.Single().Target.Should().Be("/some/path?q=1");
        app.Seen.Single().Headers.Should().NotContainKey("dapr-app-id");
    }

    [Fact]
    public async Task Invoke_UnknownApp_AnswersAsDaprd()
    {
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app: null);

        using var response = await sidecar.Client.GetAsync("v1.0/invoke/nobody/method/x");

        response.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        var error = await response.Content.ReadFromJsonAsync<JsonElement>();
        error.GetProperty("errorCode").GetString().Should().Be("ERR_DIRECT_INVOKE");
        error.GetProperty("message").GetString().Should().Be("failed to invoke, id: nobody, err: couldn't find service: nobody");
    }

    [Fact]
    public async Task Invoke_UnknownAppAgainAtOnce_SpeaksOfATimeoutAsDaprd()
    {
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app: null);
        await sidecar.Client.GetAsync("v1.0/invoke/nobody/method/x");

        (await (await sidecar.Client.GetAsync("v1.0/invoke/nobody/method/x")).Content.ReadAsStringAsync()).Should().Contain("timeout waiting for address for app id nobody");
        (await (await sidecar.Client.GetAsync("v1.0/invoke/nobody-else/method/x")).Content.ReadAsStringAsync()).Should().Contain("find service: nobody-else");
    }

    [Fact]
    public async Task Invoke_AnswerThatIsAStreamOfEvents_IsSaidToBeOne()
    {
        await using var app = await FakeApp.StartAsync(context => context.Response.WriteAsync("data: 1\n\n"));
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app);
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1.0/invoke/app/method/events");
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");

        using var response = await sidecar.Client.SendAsync(request);

        response.Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
        response.Headers.CacheControl!.NoCache.Should().BeTrue();
    }

    [Fact]
    public async Task Invoke_AppDown_SaysWhoRefused()
    {
        var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var callee = await TestSidecar.StartAsync(_run, "callee", app);
        await using var caller = await TestSidecar.StartAsync(_run, "caller", app: null);
        await app.DisposeAsync();

        using var response = await caller.Client.GetAsync("v1.0/invoke/callee/method/x");

        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("message").GetString().Should().Be(
            $"failed to invoke, id: callee, err: rpc error: code = Internal desc = error invoking app channel: Get \"http://127.0.0.1:{app.Port}/x\": dial tcp 127.0.0.1:{app.Port}: connect: connection refused");
    }

    [Fact]
    public async Task Invoke_AnswerHeaders_ComeBackWithoutThoseOfTheConnection()
    {
        await using var app = await FakeApp.StartAsync(context =>
        {
            context.Response.StatusCode = 201;
            context.Response.Headers["X-Multi"] = new(["p", "q"]);
            context.Response.Headers.Location = "/new";
            context.Response.Headers["Proxy-Authenticate"] = "x";
            context.Response.Headers["X-Hop"] = "1";
            context.Response.Headers.Connection = "x-hop";
            return Task.CompletedTask;
        });
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app);

        using var response = await sidecar.Client.GetAsync("v1.0/invoke/app/method/x");

        response.StatusCode.Should().Be(HttpStatusCode.Created);
        response.Headers.GetValues("X-Multi").Should().Equal("p", "q");
        response.Headers.Location.Should().Be("/new");
        response.Headers.Contains("Proxy-Authenticate").Should().BeFalse();
        response.Headers.Contains("X-Hop").Should().BeFalse();
    }

    [Fact]
    public async Task Invoke_Tokens_ChecksTheCallersAndGivesTheApps()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var callee = await TestSidecar.StartAsync(options => options with { AppId = "callee", Run = _run, AppPort = app.Port, ApiToken = "of callee", AppApiToken = "of app" });
        await using var caller = await TestSidecar.StartAsync(options => options with { AppId = "caller", Run = _run, ApiToken = "of caller" });

        using var refused = await caller.Client.GetAsync("v1.0/invoke/callee/method/x");
        refused.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await refused.Content.ReadAsStringAsync()).Should().Be("invalid api token\n");
        (await caller.Client.GetAsync("v1.0/healthz")).StatusCode.Should().Be(HttpStatusCode.NoContent);

        caller.Client.DefaultRequestHeaders.Add("dapr-api-token", "of caller");
        (await caller.Client.GetAsync("v1.0/invoke/callee/method/x")).StatusCode.Should().Be(HttpStatusCode.OK);
        app.Seen.Single().Headers["dapr-api-token"].Should().Be("of app");
    }

    [Fact]
    public async Task Invoke_BodyOverTheLimit_IsStreamTooLarge()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await TestSidecar.StartAsync(options => options with { Run = _run, AppPort = app.Port, MaxBodySize = 1000 });

        using var response = await sidecar.Client.PostAsync("v1.0/invoke/app/method/x", new ByteArrayContent(new byte[1001]));

        response.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("message").GetString().Should().EndWith("stream too large");
    }

    [Fact]
    public async Task Invoke_AppOfHttp2Alone_IsCalledOverIt()
    {
        await using var app = await FakeApp.StartAsync(context => context.Response.WriteAsync(context.Request.Protocol), protocols: Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http2);
        await using var sidecar = await TestSidecar.StartAsync(options => options with { AppPort = app.Port, AppProtocol = "h2c", AppHealth = new Sidecar.Health.AppHealthOptions() });

        (await sidecar.Client.GetStringAsync("v1.0/invoke/app/method/x")).Should().Be("HTTP/2");
    }

    [Fact]
    public async Task Invoke_MaxConcurrency_BoundsTheCallsUnderWay()
    {
        var (now, most) = (0, 0);
        await using var app = await FakeApp.StartAsync(async context =>
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            await Task.Yield();

            // The turn ends with the head of the answer, so the count must go down before it.
            Interlocked.Decrement(ref now);
            await context.Response.WriteAsync("done");
        });
        await using var sidecar = await TestSidecar.StartAsync(options => options with { Run = _run, AppPort = app.Port, AppMaxConcurrency = 1 });

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => sidecar.Client.GetStringAsync("v1.0/invoke/app/method/x")));

        answers.Should().AllBe("done").And.HaveCount(20);
        most.Should().Be(1);
    }
}
