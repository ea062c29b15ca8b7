using System.Diagnostics;
using System.Net;
using EndToEnd.Engines;
using EndToEnd.Shop;

namespace EndToEnd.Commands;

/// <summary>The run command from the first start to the second, on a platform of its own.</summary>
[Collection(PlatformCollection.Name)]
public sealed class LifeCycleTests(PlatformFixture platform)
{
    [OwnPlatformFact]
    public async Task Run_InterruptedAndRunAgain_LeavesNoProcessAndKeepsOrders()
    {
        var folder = Path.Combine(TestServers.RepositoryRoot, ".run", "life");
        await using var servers = await PlatformSetup.CreateAsync("life"); // an empty folder; run.sh starts these servers again, with fsync on
        await servers.StopServersAsync();
        var file = RunFile.Create(TestServers.RepositoryRoot, folder, platform.Spans.Endpoint, new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal));
        var gateway = new Uri($"http://127.0.0.1:{file.AppPort("gateway")}");

        using var first = Start(folder, file);
        await PlatformReadiness.WaitAsync(gateway, first);
        using var buyer = await new ShopClient(gateway).RegisterAsync();
        var product = await buyer.OrdinaryProductAsync(0);
        var order = (await buyer.OrderAsync(product.GetProperty("id").GetString()!, 1, await buyer.AddCardAsync())).Expect(HttpStatusCode.Created);
        await first.InterruptAsync();
        await first.ExitCodeAsync(); // make itself reports the interrupt; what it ran must have stopped in order
        first.Output.Should().Contain("stopped in");
        AppProcesses.Of(file).Should().BeEmpty();

        var clock = Stopwatch.StartNew();
        using var second = Start(folder, file);
        await PlatformReadiness.WaitAsync(gateway, second);
        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(15), "a second start on the same data is quick");
        (await buyer.GetAsync($"/api/v1/orders/{order.Text("id")}")).Expect(HttpStatusCode.OK).Text("status").Should().Be(order.Text("status"));
        var (code, output) = await Make.RunAsync(folder, "stop");
        code.Should().Be(0, output);
        (await second.ExitCodeAsync()).Should().Be(0, second.Output);
        AppProcesses.Of(file).Should().BeEmpty();
    }

    private static EngineProcess Start(string folder, RunFile file) => EngineProcess.InAGroup("make", ["--no-print-directory", "run"], TestServers.RepositoryRoot, new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["PLATFORM_RUN_DIR"] = folder,
        ["DAPR_FILE"] = file.Path,
        ["PLATFORM_POSTGRES"] = "",
        ["PLATFORM_REDIS"] = "",
    });
}
