using System.Net;
using System.Net.Sockets;
using System.Text;
using ServiceDefaults;
using ServiceTesting;

namespace Gateway.Tests;

public sealed class DeadlineTests : IAsyncLifetime
{
    private RunningGateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await RunningGateway.StartAsync(("Forwarding:DeadlineMilliseconds", "400"), ("Forwarding:UploadMilliseconds", "1000"));

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
        var release = new TaskCompletionSource();
        _gateway.Sidecar.OnInvoke("orders", "POST", "/api/v1/orders", async _ =>
        {
            await release.Task;
            return new FakeAnswer(201, new { status = "PAID" });
        });

        // Sent first, and still waiting when the time of the other is over.
        var patient = _gateway.SendAsync("POST", "/api/v1/orders", Roles.Customer, new StringContent("{}"), ("Prefer", "respond-async, wait=5"));
        using var hasty = await _gateway.SendAsync("POST", "/api/v1/orders", Roles.Customer, new StringContent("{}"));
        release.SetResult();
        using var waiting = await patient;

        waiting.StatusCode.Should().Be(HttpStatusCode.Created);
        hasty.StatusCode.Should().Be(HttpStatusCode.GatewayTimeout);
    }

    [Fact]
    public async Task RequestUnderAKeyThatStillRuns_AnsweredAfterTheServicesWait_IsNoTimeout()
    {
        var release = new TaskCompletionSource();
        _gateway.Sidecar.OnInvoke("orders", "POST", "/api/v1/orders", async _ =>
        {
            await release.Task;
            return new FakeAnswer(409, new { code = "request_in_progress" }, "application/problem+json");
        });

        var under = _gateway.SendAsync("POST", "/api/v1/orders", Roles.Customer, new StringContent("{}"), ("Idempotency-Key", "one"));
        using var keyless = await _gateway.SendAsync("POST", "/api/v1/orders", Roles.Customer, new StringContent("{}"));
        release.SetResult();
        using var keyed = await under;

        keyed.StatusCode.Should().Be(HttpStatusCode.Conflict);
        keyless.StatusCode.Should().Be(HttpStatusCode.GatewayTimeout);
    }

    [Fact]
    public async Task Uploads_ThatStall_AreBadRequestsAndNoFailuresOfTheService()
    {
        _gateway.Sidecar.OnInvoke("users", "POST", "/api/v1/auth/login", _ => FakeAnswer.Ok(new { }));

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => StalledLoginAsync()));
        using var next = await _gateway.SendAsync("POST", "/api/v1/auth/login", content: new StringContent("{}"));

        answers.Should().OnlyContain(line => line.StartsWith("HTTP/1.1 400 ", StringComparison.Ordinal));
        next.StatusCode.Should().Be(HttpStatusCode.OK);
        _gateway.Sidecar.Invocations.Count(call => call.AppId == "users").Should().Be(1, "a request goes on when it is whole");
    }

    private async Task<string> StalledLoginAsync()
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", _gateway.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes("POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"));
        using var reader = new StreamReader(stream);
        return await reader.ReadLineAsync() ?? "";
    }
}
