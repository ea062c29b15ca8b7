namespace EndToEnd.Commands;

/// <summary>`make status` and `make logs` beside a running platform; `make stop` is in <see cref="LifeCycleTests"/>.</summary>
[Collection(PlatformCollection.Name)]
public sealed class ControlCommandTests(PlatformFixture platform)
{
    [OwnPlatformFact]
    public async Task Status_BesideRunningPlatform_ListsEveryApp()
    {
        var (code, output) = await Make.RunAsync(platform.RunFolder, "status");

        code.Should().Be(0, output);
        foreach (var app in (string[])["gateway", "users", "products", "orders", "payments", "payment-processor"])
        {
            output.Should().Contain(app);
        }
    }

    [OwnPlatformFact]
    public async Task Logs_OfOneApp_AreThatAppsLines()
    {
        var (code, output) = await Make.RunAsync(platform.RunFolder, "logs", "APP=orders");

        code.Should().Be(0, output);
        output.Should().Contain("\"service\":\"orders\"");
    }

    [OwnPlatformFact]
    public async Task Logs_WithoutApp_SaysHow()
    {
        var (code, output) = await Make.RunAsync(platform.RunFolder, "logs");

        code.Should().NotBe(0);
        output.Should().Contain("make logs APP=orders");
    }

    [EmbeddedFact]
    public async Task Run_BesideRunningPlatform_IsRefusedAndLeavesItAlone()
    {
        var (code, output) = await Make.RunAsync(platform.RunFolder, "run");

        code.Should().NotBe(0);
        output.Should().Contain("runs already").And.Contain("make stop");
        using var client = platform.Client();
        (await client.GetAsync("/api/v1/products?pageSize=1")).Status.Should().Be(System.Net.HttpStatusCode.OK);
    }
}
