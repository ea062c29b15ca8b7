using System.Net;
using System.Text;
using System.Text.Json;
using ServiceDefaults;
using ServiceTesting;

namespace Gateway.Tests;

public sealed class ForwardingTests : IAsyncLifetime
{
    private RunningGateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await RunningGateway.StartAsync(("Breaker:OpenSeconds", "1"));

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task Request_ToAService_CarriesTheTokenAndNothingInternal()
    {
        _gateway.Sidecar.OnInvoke("orders", "POST", "/api/v1/orders", _ => FakeAnswer.Ok(new { }));

        using var response = await _gateway.SendAsync(
            "POST",
            "/api/v1/orders",
            Roles.Customer,
            new StringContent("{\"a\":1}", Encoding.UTF8, "application/json"),
            ("X-Tenant-Id", "other"),
            ("X-Actor", "system:attacker"),
            ("dapr-api-token", "x"),
            ("dapr-app-id", "payments"),
            ("X-Forwarded-For", "1.2.3.4"),
            ("Cloudevent.id", "1"),
            ("X-API-Key", "demo-free"),
            ("Idempotency-Key", "key"),
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        var seen = _gateway.Sidecar.Invocations.Single(call => call.AppId == "orders");
        seen.Body.Should().Be("{\"a\":1}");
        seen.Headers.Should().ContainKey("Authorization").And.ContainKey("Idempotency-Key").And.ContainKey("X-Request-Id");
        seen.Headers.Should().NotContainKeys("X-Tenant-Id", "X-Actor", "dapr-api-token", "dapr-app-id", "Cloudevent.id", "X-API-Key");
        seen.Headers["X-Forwarded-For"].Should().Be("127.0.0.1");
        seen.Headers["traceparent"].Should().StartWith("00-0af7651916cd43dd8448eb211c80319c-").And.NotContain("b7ad6b7169203331");
        response.Headers.GetValues("X-Trace-Id").Should().Equal("0af7651916cd43dd8448eb211c80319c");
        response.Headers.GetValues("X-Request-Id").Should().Equal(seen.Headers["X-Request-Id"]);
    }

    [Theory]
    [InlineData("Basic ZGFwci1hcHAtaWQ6bm9wZQ==")]
    [InlineData("Bearer not-looked-at")]
    public async Task Authorization_WhereTokensAreIgnored_StopsAtTheGateway(string authorization)
    {
        _gateway.Sidecar.OnInvoke("users", "POST", "/api/v1/auth/login", _ => FakeAnswer.Ok(new { }));

        using var response = await _gateway.SendAsync("POST", "/api/v1/auth/login", headers: ("Authorization", authorization));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        _gateway.Sidecar.Invocations.Single(call => call.Path == "/api/v1/auth/login").Headers.Should().NotContainKey("Authorization");
    }

    [Fact]
    public async Task Authorization_OtherThanBearer_IsRefusedWhereTokensCount()
    {
        using var response = await _gateway.SendAsync("GET", "/api/v1/products", headers: ("Authorization", "Basic ZGFwci1hcHAtaWQ6bm9wZQ=="));

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        _gateway.Sidecar.Invocations.Should().NotContain(call => call.AppId == "products");
    }

    [Fact]
    public async Task ProblemOfAService_Always_PassesUnchanged()
    {
        const string Body = """{"type":"urn:platform:problem:insufficient_stock","code":"insufficient_stock","status":409,"extra":1}""";
        _gateway.Sidecar.OnInvoke("products", "GET", "/api/v1/products/1", _ => new FakeAnswer(409, Body, "application/problem+json"));

        using var response = await _gateway.SendAsync("GET", "/api/v1/products/1");

        response.StatusCode.Should().Be(HttpStatusCode.Conflict);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        (await response.Content.ReadAsStringAsync()).Should().Be(Body);
    }

    [Fact]
    public async Task ErrorOfTheSidecar_Never_LeaksInnerNames()
    {
        _gateway.Sidecar.OnInvoke("orders", "GET", "/api/v1/orders/1", _ => new FakeAnswer(500, new { errorCode = "ERR_DIRECT_INVOKE", message = "failed to invoke, id: orders, err: dial tcp 10.0.0.7:50002" }));

        using var response = await _gateway.SendAsync("GET", "/api/v1/orders/1", Roles.Customer);

        (await RunningGateway.CodeAsync(response)).Should().Be("service_unavailable");
        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        response.Headers.RetryAfter.Should().NotBeNull();
        (await response.Content.ReadAsStringAsync()).Should().NotContain("10.0.0.7").And.NotContain("ERR_").And.NotContain("dial");
    }

    [Theory]
    [InlineData("GET", 3)]
    [InlineData("PUT", 3)]
    [InlineData("POST", 1)]
    public async Task ServiceNotReached_ByMethod_IsTriedAgainOnlyWhenIdempotent(string method, int calls)
    {
        _gateway.Sidecar.OnInvoke("users", "*", "/api/v1/users/me", _ => new FakeAnswer(500, new { errorCode = "ERR_DIRECT_INVOKE", message = "x" }));

        using var response = await _gateway.SendAsync(method, "/api/v1/users/me", Roles.Customer, method == "GET" ? null : new StringContent("{}", Encoding.UTF8, "application/json"));

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        var seen = _gateway.Sidecar.Invocations.Where(call => call.Path == "/api/v1/users/me").ToList();
        seen.Should().HaveCount(calls);
        seen.Select(call => call.Body).Distinct().Should().ContainSingle();
    }

    [Fact]
    public async Task ServiceBackAtSecondAttempt_Get_Succeeds()
    {
        var answers = new Queue<FakeAnswer>([new FakeAnswer(500, new { errorCode = "ERR_DIRECT_INVOKE", message = "x" }), FakeAnswer.Ok(new { ok = true })]);
        _gateway.Sidecar.OnInvoke("products", "GET", "/api/v1/products", _ => answers.Dequeue());

        using var response = await _gateway.SendAsync("GET", "/api/v1/products");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Body_OverTheLimit_IsRefusedWithAndWithoutLength()
    {
        _gateway.Sidecar.OnInvoke("orders", "POST", "/api/v1/orders", _ => FakeAnswer.Ok(new { }));
        var large = new byte[2 * 1024 * 1024];

        using var declared = await _gateway.SendAsync("POST", "/api/v1/orders", Roles.Customer, new ByteArrayContent(large));
        using var chunked = await _gateway.SendAsync("POST", "/api/v1/orders", Roles.Customer, new StreamContent(new MemoryStream(large)), ("Transfer-Encoding", "chunked"));

        (await RunningGateway.CodeAsync(declared)).Should().Be("payload_too_large");
        (await RunningGateway.CodeAsync(chunked)).Should().Be("payload_too_large");
    }

    [Fact]
    public async Task Breaker_AfterFiveFailures_RefusesAtOnceAndRecovers()
    {
        var healthy = false;
        _gateway.Sidecar.OnInvoke("payments", "POST", "/api/v1/payment-methods", _ => healthy ? FakeAnswer.Ok(new { }) : new FakeAnswer(500, new { code = "internal_error" }, "application/problem+json"));
        _gateway.Sidecar.OnInvoke("products", "GET", "/api/v1/products", _ => FakeAnswer.Ok(new { }));

        var failures = new List<HttpStatusCode>();
        for (var index = 0; index < 6; index++)
        {
            using var failed = await _gateway.SendAsync("POST", "/api/v1/payment-methods", Roles.Customer);
            failures.Add(failed.StatusCode);
        }

        using var other = await _gateway.SendAsync("GET", "/api/v1/products");
        healthy = true;
        await Eventually.TrueAsync(
            async () =>
            {
                using var back = await _gateway.SendAsync("POST", "/api/v1/payment-methods", Roles.Customer);
                return back.StatusCode == HttpStatusCode.OK;
            },
            "the breaker lets requests through again");

        failures.Should().Equal(Enumerable.Repeat(HttpStatusCode.InternalServerError, 5).Append(HttpStatusCode.ServiceUnavailable));
        other.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Breaker_OnBadRequests_StaysClosed()
    {
        _gateway.Sidecar.OnInvoke("payments", "POST", "/api/v1/payment-methods", _ => new FakeAnswer(400, new { code = "validation_failed" }, "application/problem+json"));

        for (var index = 0; index < 10; index++)
        {
            using var response = await _gateway.SendAsync("POST", "/api/v1/payment-methods", Roles.Customer);
            response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        }
    }

    [Fact]
    public async Task PlatformHealth_WithOneServiceDown_NamesIt()
    {
        foreach (var app in new[] { "users", "products", "orders", "payment-processor" })
        {
            _gateway.Sidecar.OnInvoke(app, "GET", "/health/ready", _ => FakeAnswer.Ok(new { status = "healthy" }));
        }

        using var down = await _gateway.SendAsync("GET", "/health/platform");
        _gateway.Sidecar.OnInvoke("payments", "GET", "/health/ready", _ => FakeAnswer.Ok(new { status = "healthy" }));

        down.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        JsonElement.Parse(await down.Content.ReadAsStringAsync()).GetProperty("notReady").EnumerateArray().Select(name => name.GetString()).Should().Equal("payments");
        await Eventually.TrueAsync(
            async () =>
            {
                using var up = await _gateway.SendAsync("GET", "/health/platform");
                return up.StatusCode == HttpStatusCode.OK;
            },
            "the platform is healthy");
    }

    [Fact]
    public async Task Ready_Always_ShowsSidecarAndBreakers()
    {
        using var response = await _gateway.SendAsync("GET", "/health/ready");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        var checks = JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("checks");
        checks.GetProperty("sidecar").GetProperty("status").GetString().Should().Be("up");
        checks.GetProperty("circuit_breaker").GetProperty("status").GetString().Should().Be("closed");
        checks.GetProperty("circuit_breaker").GetProperty("failure_count").GetInt32().Should().Be(0);
    }
}
