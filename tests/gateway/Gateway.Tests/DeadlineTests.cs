using System.Net;
using ServiceDefaults;
using ServiceTesting;

namespace Gateway.Tests;

public sealed class DeadlineTests : IAsyncLifetime
{
    private RunningGateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await RunningGateway.StartAsync(("Forwarding:DeadlineMilliseconds", "400"));

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task SlowService_AfterTheDeadline_IsATimeout()
    {
        var release = new TaskCompletionSource();
        _gateway.Sidecar.OnInvoke("products", "GET", "/api/v1/products", async _ =>
        {
            await release.Task;
            return FakeAnswer.Ok(new { });
        });

        using var response = await _gateway.SendAsync("GET", "/api/v1/products");

        release.SetResult();
        response.StatusCode.Should().Be(HttpStatusCode.GatewayTimeout);
        (await RunningGateway.CodeAsync(response)).Should().Be("upstream_timeout");
    }

    [Fact]
    public async Task SlowOrder_WithPreferWait_HasMoreTime()
    {
        _gateway.Sidecar.OnInvoke("orders", "POST", "/api/v1/orders", async _ =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(700), TimeProvider.System);
            return new FakeAnswer(201, new { status = "PAID" });
        });

        using var waiting = await _gateway.SendAsync("POST", "/api/v1/orders", Roles.Customer, new StringContent("{}"), ("Prefer", "respond-async, wait=5"));
        using var hasty = await _gateway.SendAsync("POST", "/api/v1/orders", Roles.Customer, new StringContent("{}"));

        waiting.StatusCode.Should().Be(HttpStatusCode.Created);
        hasty.StatusCode.Should().Be(HttpStatusCode.GatewayTimeout);
    }
}
