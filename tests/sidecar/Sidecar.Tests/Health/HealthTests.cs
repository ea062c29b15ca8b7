using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sidecar.Components;
using Sidecar.Health;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Health;

public sealed class HealthTests
{
    [Fact]
    public async Task Healthz_BeforeAndAfterTheApp_TurnsReadyInOrder()
    {
        var port = FreePort.Next();
        await using var sidecar = await TestSidecar.StartAsync(options => options with { AppPort = port }, waitUntilReady: false);

        using var early = await sidecar.Client.GetAsync("v1.0/healthz");
        early.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        (await early.Content.ReadAsStringAsync()).Should().Contain("dapr is not ready: [runtime]");
        (await sidecar.Client.GetAsync("v1.0/healthz/outbound")).StatusCode.Should().Be(HttpStatusCode.NoContent);

        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync, port);
        await Eventually.TrueAsync(async () => (await sidecar.Client.GetAsync("v1.0/healthz")).StatusCode == HttpStatusCode.NoContent, "the sidecar sees its app");
        app.Probes[0].Target.Should().Be("/dapr/config");
        (await sidecar.Client.GetAsync("v1.0/healthz/app")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await sidecar.Client.GetAsync("v1.0/healthz/other")).StatusCode.Should().Be(HttpStatusCode.InternalServerError);
    }

    [Fact]
    public async Task AppHealth_FailedProbes_RefuseCallsUntilOneSucceeds()
    {
        var healthy = true;
        await using var app = await FakeApp.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Path == "/ready" && !Volatile.Read(ref healthy) ? 503 : 200;
            return Task.CompletedTask;
        });
        var health = new AppHealthOptions("/ready", TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(240), 2);
        await using var sidecar = await TestSidecar.StartAsync(options => options with { AppPort = app.Port, AppHealth = health });

        await Eventually.TrueAsync(async () => (await sidecar.Client.GetAsync("v1.0/invoke/app/method/x")).IsSuccessStatusCode, "calls go through");
        Volatile.Write(ref healthy, false);
        await Eventually.TrueAsync(
            async () => (await (await sidecar.Client.GetAsync("v1.0/invoke/app/method/x")).Content.ReadAsStringAsync()).Contains("app is not in a healthy state"), "calls are refused");
        (await sidecar.Client.GetAsync("v1.0/healthz")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        Volatile.Write(ref healthy, true);
        await Eventually.TrueAsync(async () => (await sidecar.Client.GetAsync("v1.0/invoke/app/method/x")).IsSuccessStatusCode, "calls go through again");
    }

    [Fact]
    public async Task Healthz_ComponentLostItsServer_NamesIt()
    {
        var lost = new Dictionary<string, string>(StringComparer.Ordinal) { ["orders-db"] = "connection refused" };
        var health = new HealthApi("app", () => true, () => true, () => lost);
        var context = new DefaultHttpContext { Request = { Method = "GET" }, Response = { Body = new MemoryStream() } };

        await health.HandleAsync(context, "");

        context.Response.StatusCode.Should().Be(500);
        System.Text.Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray()).Should().Contain("dapr is not ready: [orders-db: connection refused]");
    }

    [Fact]
    public async Task Stop_CallUnderWay_EndsFirstAndNoNewOneBegins()
    {
        var (arrived, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = await FakeApp.StartAsync(async context =>
        {
            if (context.Request.Path == "/slow")
            {
                arrived.SetResult();
                await goOn.Task;
                await context.Response.WriteAsync("done");
            }
        });
        var run = new RunScope();
        await using var callee = await TestSidecar.StartAsync(options => options with { AppId = "callee", Run = run, AppPort = app.Port, GracefulShutdown = TimeSpan.FromSeconds(20) });
        await using var other = await TestSidecar.StartAsync(options => options with { AppId = "other", Run = run });
        var call = callee.Client.GetStringAsync("v1.0/invoke/callee/method/slow");
        await arrived.Task;

        var stop = callee.Runtime.StopAsync(CancellationToken.None);
        await Eventually.TrueAsync(
            async () => (await (await other.Client.GetAsync("v1.0/invoke/callee/method/x")).Content.ReadAsStringAsync()).Contains("callee", StringComparison.Ordinal), "others do not find it any more");
        stop.IsCompleted.Should().BeFalse("a call is under way");
        goOn.SetResult();

        (await call).Should().Be("done");
        await stop;
        var refused = async () => await callee.Client.GetAsync("v1.0/healthz");
        await refused.Should().ThrowAsync<HttpRequestException>();
    }

    [Fact]
    public async Task Stop_Blocked_AnswersUntilTheTimeIsOver()
    {
        await using var sidecar = await TestSidecar.StartAsync(options => options with { BlockShutdown = TimeSpan.FromMilliseconds(600) });

        var stop = sidecar.Runtime.StopAsync(CancellationToken.None);

        (await sidecar.Client.GetAsync("v1.0/metadata")).IsSuccessStatusCode.Should().BeTrue();
        await stop;
        await FluentActions.Awaiting(() => sidecar.Client.GetAsync("v1.0/metadata")).Should().ThrowAsync<HttpRequestException>();
    }

    [Fact]
    public async Task Metadata_Labels_AreKept()
    {
        await using var sidecar = await TestSidecar.StartAsync(options => options);

        (await sidecar.Client.PutAsync("v1.0/metadata/a%2Fb", new StringContent("slash"))).StatusCode.Should().Be(HttpStatusCode.NoContent);

        var metadata = await sidecar.Client.GetFromJsonAsync<JsonElement>("v1.0/metadata");
        metadata.GetProperty("id").GetString().Should().Be("app");
        metadata.GetProperty("extended").GetProperty("a/b").GetString().Should().Be("slash");
        metadata.GetProperty("appConnectionProperties").GetProperty("protocol").GetString().Should().Be("http");
    }

    [Fact]
    public async Task Shutdown_Asked_AnswersAndStops()
    {
        await using var sidecar = await TestSidecar.StartAsync(options => options);

        (await sidecar.Client.PostAsync("v1.0/shutdown", null)).StatusCode.Should().Be(HttpStatusCode.NoContent);

        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await sidecar.Client.GetAsync("v1.0/healthz/outbound");
                    return false;
                }
                catch (HttpRequestException)
                {
                    return true;
                }
            },
            "the port is closed");
    }

    [Fact]
    public async Task StopAsync_CallUnderWay_IsFinished()
    {
        var (entered, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = await FakeApp.StartAsync(async context =>
        {
            if (context.Request.Path == "/slow")
            {
                entered.SetResult();
                await goOn.Task;
                await context.Response.WriteAsync("finished");
            }
        });
        await using var sidecar = await TestSidecar.StartAsync(options => options with { AppPort = app.Port });

        var call = sidecar.Client.GetStringAsync("v1.0/invoke/app/method/slow");
        await entered.Task;
        var stop = sidecar.Runtime.StopAsync(CancellationToken.None);
        goOn.SetResult();

        (await call).Should().Be("finished");
        await stop;
    }

    [Fact]
    public async Task Probe_OfTheProcessThatLeft_SaysNothingOfTheNext()
    {
        var probes = 0;
        var (goOn, second) = (new TaskCompletionSource(), new TaskCompletionSource<bool>());
        TestSidecar? started = null;
        await using var app = await FakeApp.StartAsync(async context =>
        {
            if (Interlocked.Increment(ref probes) == 1)
            {
                started!.Runtime.AppLeaves();
                started.Runtime.AppStarts();
                return;
            }

            second.TrySetResult(started!.Runtime.IsAppAvailable);
            await goOn.Task;
        });
        await using var sidecar = TestSidecar.Create(options => options with { AppPort = app.Port, AppHealth = new AppHealthOptions("/health", TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(20), 1) });
        started = sidecar;
        await sidecar.StartAsync(waitUntilReady: false);

        (await second.Task).Should().BeFalse("the new process has answered no probe yet");

        goOn.SetResult();
        await Eventually.TrueAsync(() => sidecar.Runtime.IsAppAvailable, "now it has");
    }

    [Fact]
    public async Task ApiRules_DeniedApi_LooksAsIfItDidNotExist()
    {
        await using var sidecar = await TestSidecar.StartAsync(options => options, configuration: """
            apiVersion: dapr.io/v1alpha1
            kind: Configuration
            metadata:
              name: c
            spec:
              api:
                denied:
                  - name: metadata
                    version: v1.0
                    protocol: http
            """);

        (await sidecar.Client.GetAsync("v1.0/metadata")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await sidecar.Client.GetAsync("v1.0/healthz")).StatusCode.Should().Be(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task StartAsync_SameAppIdTwiceInARun_IsRefused()
    {
        var run = new RunScope();
        await using var first = await TestSidecar.StartAsync(run, "orders", app: null);
        var second = () => TestSidecar.StartAsync(run, "orders", app: null);

        (await second.Should().ThrowAsync<SidecarStartException>()).Which.Errors.Single().Should().Contain("app id 'orders' runs already");
        first.Runtime.IsReady.Should().BeTrue();
    }
}
