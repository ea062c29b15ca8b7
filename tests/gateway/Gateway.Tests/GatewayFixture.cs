namespace Gateway.Tests;

/// <summary>One gateway for the tests that do not change its state.</summary>
public sealed class GatewayFixture : IAsyncLifetime
{
    public RunningGateway Gateway { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Gateway = await RunningGateway.StartAsync();
        foreach (var app in new[] { "users", "products", "orders", "payments" })
        {
            Gateway.Sidecar.OnInvoke(app, "*", "*", request => ServiceTesting.FakeAnswer.Ok(new { app, request.Method, request.Path, request.Query }));
        }

        Gateway.Sidecar.ServeKeys(Gateway.Tokens);
    }

    public async Task DisposeAsync() => await Gateway.DisposeAsync();
}
