using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sidecar.Components;
using Sidecar.Invocation;
using Sidecar.NameResolution;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.NameResolution;

/// <summary>Sidecars that share nothing but a list of addresses, as those of several processes do.</summary>
public sealed class PeerTests : IAsyncLifetime
{
    private const string Deny = """
        apiVersion: dapr.io/v1alpha1
        kind: Configuration
        metadata: { name: c }
        spec: { accessControl: { defaultAction: deny, trustDomain: public, policies: [{ appId: nobody, defaultAction: allow }] } }
        """;

    private readonly Addresses _addresses = new();
    private TestSidecar _caller = null!;

    public async Task InitializeAsync() => _caller = await StartAsync("caller", null);

    public async Task DisposeAsync() => await _caller.DisposeAsync();

    [Fact]
    public async Task Invoke_AppOfAnotherProcess_CarriesAllOfTheCallAndOfTheAnswer()
    {
        await using var app = await FakeApp.StartAsync(async context =>
        {
            context.Response.StatusCode = StatusCodes.Status418ImATeapot;
            context.Response.Headers["x-answer"] = "yes";
            await FakeApp.EchoAsync(context);
        });
        await using var callee = await StartAsync("callee", app);
        var body = new string('x', 3_000_000);
        using var request = new HttpRequestMessage(HttpMethod.Put, "v1.0/invoke/callee/method/a%2Fb/%C3%BC?q=1%202") { Content = new StringContent(body, Encoding.UTF8, "text/x-mine") };
        request.Headers.Add("x-mine", "1");
        request.Headers.Add(PeerApi.Token, "from the client");

        using var answer = await _caller.Client.SendAsync(request);

        answer.StatusCode.Should().Be((HttpStatusCode)StatusCodes.Status418ImATeapot);
        answer.Headers.GetValues("x-answer").Should().Equal("yes");
        answer.Headers.Contains(PeerApi.Callee).Should().BeFalse();
        answer.Content.Headers.ContentType!.MediaType.Should().Be("text/x-mine");
        (await answer.Content.ReadAsStringAsync()).Should().Be(body);
        var seen = app.Seen.Single();
        (seen.Method, seen.Target).Should().Be(("PUT", "/a/b/%C3%BC?q=1%202"));
        seen.Headers.Should().Contain("dapr-caller-app-id", "caller").And.Contain("x-mine", "1").And.NotContainKey(PeerApi.Token);
    }

    [Theory]
    [InlineData("::", "http://[::1]:4711/")]
    [InlineData("::1", "http://[::1]:4711/")]
    [InlineData("0.0.0.0", "http://127.0.0.1:4711/")]
    [InlineData("10.1.2.3", "http://10.1.2.3:4711/")]
    [InlineData("localhost", "http://localhost:4711/")]
    public void AddressOf_ListenAddress_IsWhereTheMachineReachesIt(string listen, string address) =>
        PeerLink.AddressOf(listen, 4711).Should().Be(new Uri(address));

    [Theory]
    [InlineData("HEAD")]
    [InlineData("GET")]
    public async Task Invoke_NoContent_HasNone(string method)
    {
        await using var app = await FakeApp.StartAsync(FakeApp.Statuses(204));
        await using var callee = await StartAsync("callee", app);

        using var answer = await _caller.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "v1.0/invoke/callee/method/x"));

        answer.StatusCode.Should().Be(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Invoke_AccessControlOfTheCallee_HoldsAsInOneProcess()
    {
        var run = new RunScope();
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var callee = await StartAsync("callee", app, Deny, run);
        await using var neighbour = await TestSidecar.StartAsync(run, "caller", null);

        var elsewhere = await AnswerAsync(_caller);
        var inOneProcess = await AnswerAsync(neighbour);

        elsewhere.Status.Should().Be(HttpStatusCode.Forbidden);
        elsewhere.Should().Be(inOneProcess);
        app.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task Invoke_AppThatIsAway_IsToldAsInOneProcess()
    {
        var run = new RunScope();
        var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var callee = await StartAsync("callee", app, run: run);
        await using var neighbour = await TestSidecar.StartAsync(run, "caller", null);
        await app.DisposeAsync();

        var elsewhere = await AnswerAsync(_caller);

        elsewhere.Body.Should().Contain("error invoking app channel");
        elsewhere.Should().Be(await AnswerAsync(neighbour));
    }

    [Fact]
    public async Task Invoke_TwoProcessesOfOneApp_InTurn()
    {
        await using var one = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var two = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var first = await StartAsync("callee", one);
        await using var second = await StartAsync("callee", two);

        for (var i = 0; i < 4; i++)
        {
            (await AnswerAsync(_caller)).Status.Should().Be(HttpStatusCode.OK);
        }

        (one.Seen.Count, two.Seen.Count).Should().Be((2, 2));
    }

    [Fact]
    public async Task Invoke_SidecarThatStopped_IsFoundNoMore()
    {
        await using (var app = await FakeApp.StartAsync(FakeApp.EchoAsync))
        {
            await using var callee = await StartAsync("callee", app);
            (await AnswerAsync(_caller)).Status.Should().Be(HttpStatusCode.OK);
        }

        (await AnswerAsync(_caller)).Body.Should().Contain("find service: callee");
    }

    [Fact]
    public async Task Invoke_SomebodyElseHasThePort_IsNotTakenForTheApp()
    {
        await using var stranger = await FakeApp.StartAsync(FakeApp.EchoAsync);
        _addresses.Announce(new PeerAddress("callee", new Uri($"http://127.0.0.1:{stranger.Port}"), "t"));

        var answer = await AnswerAsync(_caller);

        answer.Status.Should().Be(HttpStatusCode.InternalServerError);
        answer.Body.Should().Contain("is no longer at");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    public async Task PeerPort_WithoutTheToken_IsClosed(string? token)
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var callee = await StartAsync("callee", app);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_addresses.Find("callee").Single().Url, "x"));
        if (token is not null)
        {
            request.Headers.Add(PeerApi.Token, token);
        }

        (await client.SendAsync(request)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        app.Seen.Should().BeEmpty();
    }

    private static async Task<(HttpStatusCode Status, string Body)> AnswerAsync(TestSidecar caller)
    {
        using var answer = await caller.Client.GetAsync("v1.0/invoke/callee/method/x");
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private Task<TestSidecar> StartAsync(string appId, FakeApp? app, string? configuration = null, RunScope? run = null) =>
        TestSidecar.StartAsync(options => options with { AppId = appId, AppPort = app?.Port, Peers = _addresses, Run = run ?? new RunScope() }, configuration: configuration);

    private sealed class Addresses : IPeerAddresses
    {
        private readonly ConcurrentDictionary<PeerAddress, bool> _known = new();

        public IReadOnlyList<PeerAddress> Find(string appId) => [.. _known.Keys.Where(address => address.AppId == appId).OrderBy(address => address.Url.Port)];

        public IDisposable Announce(PeerAddress own)
        {
            _known[own] = true;
            return new Removal(() => _known.TryRemove(own, out _));
        }

        private sealed class Removal(Action remove) : IDisposable
        {
            public void Dispose() => remove();
        }
    }
}
