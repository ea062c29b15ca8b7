using ServiceTesting;

namespace Products.Tests.Demo;

public sealed class ProductionTests
{
    [Fact]
    public async Task Start_WithDemoDataInProduction_IsRefusedNamingTheSetting()
    {
        await using var database = await ServiceDatabase.CreateAsync();
        var settings = new Dictionary<string, string>
        {
            ["environment"] = "Production",
            ["Demo:Seed"] = "true",
            ["APP_PORT"] = $"{FreePort.Next()}",
            ["ConnectionStrings:Default"] = database.Default,
            ["ConnectionStrings:Owner"] = database.Owner,
            ["ConnectionStrings:System"] = database.System,
            ["Reservations:LifetimeSeconds"] = "0",
        };

        var start = () => InProcessService.StartAsync(typeof(Program).Assembly, settings);

        var failure = await Record.ExceptionAsync(start);
        failure!.ToString().Should().Contain("Demo:Seed").And.Contain("Reservations:LifetimeSeconds");
    }
}
