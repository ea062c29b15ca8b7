using System.Net;
using EndToEnd.Engines;
using EndToEnd.Shop;

namespace EndToEnd.Commands;

/// <summary>docs/debugging.md: one service is started by hand (from an IDE) while the host runs the rest.</summary>
[Collection(PlatformCollection.Name)]
public sealed class ExternalAppTests(PlatformFixture platform)
{
    [EmbeddedFact]
    public async Task Run_WithOrdersStartedByHand_TakesOrders()
    {
        await using var setup = await PlatformSetup.CreateAsync("external");
        var file = RunFile.Create(TestServers.RepositoryRoot, setup.Folder, platform.Spans.Endpoint, new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal));
        await using var engine = new EmbeddedEngine(file, setup, external: "orders");
        await engine.StartAsync();
        var environmentFile = Path.Combine(setup.Folder, "env", "orders.env");
        await Eventually.TrueAsync(() => File.Exists(environmentFile), "the host writes the environment to use");

        using var orders = new EngineProcess("dotnet", [PlatformSetup.Built(TestServers.RepositoryRoot, "Orders")], file.Folder("orders"), PlatformSetup.Read(environmentFile));
        await PlatformReadiness.WaitAsync(engine.Gateway, orders);

        using var buyer = await new ShopClient(engine.Gateway).RegisterAsync();
        var product = await buyer.OrdinaryProductAsync(0);
        var order = (await buyer.OrderAsync(product.GetProperty("id").GetString()!, 1, await buyer.AddCardAsync())).Expect(HttpStatusCode.Created);
        order.Text("status").Should().Be("PAID", order.Body);
        await orders.TerminateAsync();
    }
}
