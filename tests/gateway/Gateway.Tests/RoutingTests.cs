using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ServiceDefaults;

namespace Gateway.Tests;

public sealed class RoutingTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private readonly RunningGateway _gateway = fixture.Gateway;

    [Theory]
    [InlineData("GET", "/api/v1/products", "products")]
    [InlineData("GET", "/api/v1/products/0198-a?x=1&y=%2F", "products")]
    [InlineData("POST", "/api/v1/products:batchGet", "products")]
    [InlineData("GET", "/api/v1/categories", "products")]
    [InlineData("GET", "/api/v1/users/me", "users")]
    [InlineData("GET", "/api/v1/users/1/orders", "orders")]
    [InlineData("GET", "/api/v1/users/1/ORDERS", "orders")]
    [InlineData("POST", "/api/v1/auth/logout", "users")]
    [InlineData("GET", "/api/v1/orders/1/saga", "orders")]
    [InlineData("GET", "/api/v1/payments?orderId=1", "payments")]
    [InlineData("DELETE", "/api/v1/payment-methods/1", "payments")]
    public async Task Request_OfAUser_ReachesTheServiceThatServesIt(string method, string path, string app)
    {
        using var response = await _gateway.SendAsync(method, path, Roles.Customer);

        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        answer.GetProperty("app").GetString().Should().Be(app);
        answer.GetProperty("method").GetString().Should().Be(method);
        (answer.GetProperty("path").GetString() + answer.GetProperty("query").GetString()).Should().Be(path);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/v1/")]
    [InlineData("/api/v1/reservations/1")]
    [InlineData("/api/v2/products")]
    [InlineData("/internal/v1/users/1:validate")]
    [InlineData("/v1.0/invoke/users/method/internal/v1/users/1:validate")]
    [InlineData("/events/orders")]
    public async Task Path_NobodyServes_IsNotFound(string path)
    {
        var before = _gateway.Sidecar.Invocations.Count(call => call.Path == path);

        using var response = await _gateway.SendAsync("GET", path, Roles.Admin);

        response.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await RunningGateway.CodeAsync(response)).Should().Be("not_found");
        _gateway.Sidecar.Invocations.Count(call => call.Path == path).Should().Be(before);
    }

    [Theory]
    [InlineData("/api/v1/products/../../../internal/v1/users/1:validate")]
    [InlineData("/api/v1/products/..%2f..%2f..%2finternal/v1/x")]
    [InlineData("/api/v1/products/%2e%2e/%2e%2e/%2e%2e/internal/v1/x")]
    [InlineData("/api/v1/products/..%5c..%5cinternal")]
    [InlineData("/api/v1/products/%252e%252e/internal")]
    [InlineData("/api/v1/products//../orders")]
    [InlineData("//internal/v1/x")]
    [InlineData("/api/v1/products/./1")]
    [InlineData("/api/v1/products/a;b")]
    [InlineData("/api/v1/products/%00")]
    [InlineData("http://internal/internal/v1/x")]
    public async Task Path_ThatASidecarWouldClean_IsNotRouted(string target)
    {
        var marker = Guid.NewGuid().ToString("N");

        var status = await RawAsync($"GET {target}?{marker} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        status.Should().BeOneOf(404, 400);
        _gateway.Sidecar.Invocations.Should().NotContain(call => call.Query.Contains(marker));
    }

    [Theory]
    [InlineData("GET", "/api/v1/orders", null, 401)]
    [InlineData("POST", "/api/v1/products", null, 401)]
    [InlineData("POST", "/api/v1/products", "customer", 403)]
    [InlineData("POST", "/api/v1/products", "operator", 200)]
    [InlineData("POST", "/api/v1/products/1/stock", "customer", 403)]
    [InlineData("POST", "/api/v1/products:batchCreate", "customer", 403)]
    [InlineData("POST", "/api/v1/orders/1/ship", "customer", 403)]
    [InlineData("POST", "/api/v1/orders/1/SHIP", "customer", 403)]
    [InlineData("POST", "/api/v1/payments/1/refund", "customer", 403)]
    [InlineData("POST", "/api/v1/payments/1/refund", "admin", 200)]
    [InlineData("POST", "/api/v1/users", null, 200)]
    [InlineData("POST", "/api/v1/auth/login", null, 200)]
    [InlineData("GET", "/api/v1/products", null, 200)]
    [InlineData("HEAD", "/api/v1/products", null, 200)]
    [InlineData("OPTIONS", "/api/v1/products", "admin", 405)]
    [InlineData("BREW", "/api/v1/products", "admin", 405)]
    public async Task Request_ByRole_PassesAsTheRouteSays(string method, string path, string? role, int status)
    {
        using var response = await _gateway.SendAsync(method, path, role);

        ((int)response.StatusCode).Should().Be(status);
    }

    [Fact]
    public async Task Request_WithExpiredToken_IsRefusedExceptAtLogin()
    {
        var expired = ("Authorization", $"Bearer {_gateway.Tokens.Mint(Guid.NewGuid(), lifetime: TimeSpan.FromMinutes(-5))}");

        using var products = await _gateway.SendAsync("GET", "/api/v1/products", headers: expired);
        using var refresh = await _gateway.SendAsync("POST", "/api/v1/auth/refresh", headers: expired);

        (await RunningGateway.CodeAsync(products)).Should().Be("token_expired");
        refresh.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private async Task<int> RawAsync(string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _gateway.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream);
        var line = await reader.ReadLineAsync();
        return int.Parse(line!.Split(' ')[1]);
    }
}
