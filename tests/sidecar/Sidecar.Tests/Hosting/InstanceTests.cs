using System.Collections.Concurrent;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Http;
using Sidecar.Components;
using Sidecar.Health;
using Sidecar.Tests.Support;
using Sidecar.Tests.Workflows;

namespace Sidecar.Tests.Hosting;

/// <summary>Two instances of app "shop", each with a sidecar of its own, and a caller.</summary>
public sealed class InstanceTests : IAsyncLifetime
{
    private static readonly string[] Resources =
    [
        RunningSidecar.Component("ps", "pubsub.in-memory"),
        RunningSidecar.Component("state", "state.in-memory", ("actorStateStore", "true")),
        """
        apiVersion: dapr.io/v2alpha1
        kind: Subscription
        metadata: { name: orders }
        spec: { pubsubname: ps, topic: orders, routes: { default: /orders } }
        scopes: [shop]
        """,
    ];

    private readonly RunScope _run = new();
    private readonly ConcurrentDictionary<int, bool> _unhealthy = new();
    private readonly ConcurrentQueue<(int Instance, string Body)> _orders = new();
    private FakeApp[] _apps = [];
    private TestSidecar[] _shops = [];
    private TestSidecar _caller = null!;

    public async Task InitializeAsync()
    {
        _apps = [await FakeApp.StartAsync(context => AnswerAsync(1, context)), await FakeApp.StartAsync(context => AnswerAsync(2, context))];
        _shops = [await ShopAsync(1), await ShopAsync(2)];
        _caller = await TestSidecar.StartAsync(_run, "caller", null, Resources);
    }

    public async Task DisposeAsync()
    {
        foreach (var disposable in _shops.Append(_caller).Cast<IAsyncDisposable>().Concat(_apps))
        {
            await disposable.DisposeAsync();
        }
    }

    [Fact]
    public async Task Invoke_TwoInstances_AreCalledInTurn()
    {
        (await CallAsync(10)).Should().BeEquivalentTo(new Dictionary<string, int> { ["1"] = 5, ["2"] = 5 });
    }

    [Fact]
    public async Task Invoke_OneUnhealthy_GoesToTheOtherUntilItIsBack()
    {
        _unhealthy[2] = true;
        await Eventually.TrueAsync(() => !_shops[1].Runtime.IsAppAvailable, "the second one is out");
        (await CallAsync(10)).Should().BeEquivalentTo(new Dictionary<string, int> { ["1"] = 10 });

        _unhealthy[2] = false;
        await Eventually.TrueAsync(() => _shops[1].Runtime.IsAppAvailable, "it is back");
        (await CallAsync(10)).Should().HaveCount(2);
    }

    [Fact]
    public async Task Invoke_ProcessOfOneLeavesAndReturns_GoesToTheOtherMeanwhile()
    {
        _shops[0].Runtime.AppLeaves();
        (await CallAsync(10)).Should().BeEquivalentTo(new Dictionary<string, int> { ["2"] = 10 });

        _shops[0].Runtime.AppStarts();
        await Eventually.TrueAsync(() => _shops[0].Runtime.IsAppAvailable, "it is back");
        (await CallAsync(10)).Should().HaveCount(2);
    }

    [Fact]
    public async Task Invoke_SidecarOfOneStops_GoesToTheOther()
    {
        await _shops[0].Runtime.StopAsync(CancellationToken.None);

        (await CallAsync(10)).Should().BeEquivalentTo(new Dictionary<string, int> { ["2"] = 10 });
    }

    [Fact]
    public async Task Publish_TwoInstances_EachMessageGoesToOne()
    {
        const int Messages = 100;
        for (var i = 0; i < Messages; i++)
        {
            (await _caller.Client.PostAsJsonAsync("v1.0/publish/ps/orders", new { n = i })).EnsureSuccessStatusCode();
        }

        await Eventually.TrueAsync(() => _orders.Count >= Messages, "all have come");
        _orders.Should().HaveCount(Messages);
        _orders.Select(order => order.Instance).Distinct().Should().HaveCount(2);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Publish_OneIsAway_TheOtherGetsAllAndNothingWaits()
    {
        const int Messages = 50;
        _shops[0].Runtime.AppLeaves();
        for (var i = 0; i < Messages; i++)
        {
            (await _caller.Client.PostAsJsonAsync("v1.0/publish/ps/orders", new { n = i })).EnsureSuccessStatusCode();
        }

        await Eventually.TrueAsync(() => _orders.Count >= Messages, "all have come");
        _orders.Should().HaveCount(Messages).And.OnlyContain(order => order.Instance == 2);

        _shops[0].Runtime.AppStarts();
        await Eventually.TrueAsync(
            async () =>
            {
                (await _caller.Client.PostAsJsonAsync("v1.0/publish/ps/orders", "more")).EnsureSuccessStatusCode();
                return _orders.Any(order => order.Instance == 1);
            },
            "the first one takes its part again");
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Reload_OfAnInstanceThatIsAway_DoesNotGiveItMessages()
    {
        const int Messages = 50;
        _shops[0].Runtime.AppLeaves();
        await PublishAsync(Messages);
        await Eventually.TrueAsync(() => _orders.Count >= Messages, "all have come, so the first one takes none");

        await File.WriteAllTextAsync(Path.Combine(_shops[0].Folder, "more.yaml"), RunningSidecar.Component("more", "state.in-memory"));
        (await _shops[0].Runtime.ReloadAsync(CancellationToken.None)).Should().BeEmpty();
        await PublishAsync(Messages);

        await Eventually.TrueAsync(() => _orders.Count >= 2 * Messages, "none waits in the first one");
        _orders.Should().OnlyContain(order => order.Instance == 2);
        _shops[0].Runtime.AppStarts();
        await Eventually.TrueAsync(
            async () =>
            {
                await PublishAsync(1);
                return _orders.Any(order => order.Instance == 1);
            },
            "it takes its part again");
    }

    [Fact]
    public async Task Workflow_WorkerOfOneInstance_RunsWhatTheOtherStarted()
    {
        using var client = new GrpcTestClient(new Uri($"http://127.0.0.1:{_shops[1].Runtime.GrpcPort}"));
        await using var worker = new FakeWorker(client).Start();

        (await _shops[0].Client.PostAsJsonAsync("v1.0/workflows/dapr/Echo/start?instanceID=one", "x")).EnsureSuccessStatusCode();

        await Eventually.TrueAsync(async () => (await _shops[0].Client.GetStringAsync("v1.0/workflows/dapr/one")).Contains("COMPLETED", StringComparison.Ordinal), "the workflow ends");
        await _shops[0].Runtime.StopAsync(CancellationToken.None);
        (await _shops[1].Client.GetStringAsync("v1.0/workflows/dapr/one")).Should().Contain("COMPLETED");
        (await _shops[1].Client.PostAsJsonAsync("v1.0/workflows/dapr/Echo/start?instanceID=two", "x")).EnsureSuccessStatusCode();
        await Eventually.TrueAsync(async () => (await _shops[1].Client.GetStringAsync("v1.0/workflows/dapr/two")).Contains("COMPLETED", StringComparison.Ordinal), "the engine goes on without the first instance");
    }

    [Fact]
    public async Task Start_InstanceThatRunsAlready_IsRefused()
    {
        var start = () => ShopAsync(2);

        (await start.Should().ThrowAsync<SidecarStartException>()).Which.Errors.Should().ContainSingle(error => error.Contains("'shop' runs already"));
    }

    private async Task PublishAsync(int messages)
    {
        for (var i = 0; i < messages; i++)
        {
            (await _caller.Client.PostAsJsonAsync("v1.0/publish/ps/orders", new { n = i })).EnsureSuccessStatusCode();
        }
    }

    private Task<TestSidecar> ShopAsync(int instance) => TestSidecar.StartAsync(
        options => options with
        {
            AppId = "shop",
            Instance = instance,
            Run = _run,
            AppPort = _apps[instance - 1].Port,
            AppHealth = new AppHealthOptions("/health", TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(450), 1),
        },
        Resources);

    private async Task<Dictionary<string, int>> CallAsync(int times)
    {
        var answers = new List<string>();
        for (var i = 0; i < times; i++)
        {
            answers.Add(await _caller.Client.GetStringAsync("v1.0/invoke/shop/method/who"));
        }

        return answers.CountBy(answer => answer).ToDictionary();
    }

    private async Task AnswerAsync(int instance, HttpContext context)
    {
        switch (context.Request.Path.Value)
        {
            case "/health":
                context.Response.StatusCode = _unhealthy.GetValueOrDefault(instance) ? 503 : 200;
                break;
            case "/who":
                await context.Response.WriteAsync($"{instance}");
                break;
            case "/orders":
                using (var reader = new StreamReader(context.Request.Body))
                {
                    _orders.Enqueue((instance, await reader.ReadToEndAsync()));
                }

                break;
            default:
                context.Response.StatusCode = 404;
                break;
        }
    }
}
