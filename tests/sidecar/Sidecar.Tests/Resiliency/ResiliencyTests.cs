using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sidecar.Components;
using Sidecar.Resiliency;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Resiliency;

public sealed class ResiliencyTests
{
    private const string ServerErrorsOnly = "retries: { r: { policy: constant, duration: 5ms, maxRetries: 2, matching: { httpStatusCodes: \"500-599\" } } }";
    private readonly RunScope _run = new();

    [Fact]
    public void ForApp_MoreMethodsThanKept_ForgetsTheOneNotCalledForLongest()
    {
        var spec = new ResiliencySpec { CircuitBreakers = { ["b"] = new CircuitBreakerPolicy("b", 1, TimeSpan.Zero, TimeSpan.FromSeconds(1), _ => true) }, Targets = { ["apps/a"] = new PolicyNames(null, null, "b"), ["apps/other"] = new PolicyNames(null, null, "b") } };
        var policies = new ResiliencyPolicies(spec, new Dictionary<string, string>(StringComparer.Ordinal), TimeProvider.System, () => 0);
        var (first, second, other) = (policies.ForApp("a", "m0"), policies.ForApp("a", "m1"), policies.ForApp("other", "m0"));

        for (var method = 2; method <= ResiliencyPolicies.MaxMethodsPerApp; method++)
        {
            policies.ForApp("a", "m0").Should().BeSameAs(first);
            policies.ForApp("a", $"m{method}");
        }

        policies.ForApp("a", "m1").Should().NotBeSameAs(second, "it was not called for longest");
        policies.ForApp("a", "m0").Should().BeSameAs(first, "it was called all the time");
        policies.ForApp("a", $"m{ResiliencyPolicies.MaxMethodsPerApp + 1}").Should().NotBeSameAs(policies.ForApp("a", $"m{ResiliencyPolicies.MaxMethodsPerApp + 2}"), "new methods still get breakers of their own");
        policies.ForApp("other", "m0").Should().BeSameAs(other, "each app keeps its own");
    }

    [Fact]
    public async Task ForComponent_BreakerInBothDirections_IsOne()
    {
        var spec = new ResiliencySpec { CircuitBreakers = { ["b"] = new CircuitBreakerPolicy("b", 1, TimeSpan.Zero, TimeSpan.FromMinutes(1), _ => true) } };
        (spec.Targets["components/c/inbound"], spec.Targets["components/c/outbound"], spec.Targets["components/d/outbound"]) = (new PolicyNames(null, null, "b"), new PolicyNames(null, null, "b"), new PolicyNames(null, null, "b"));
        var policies = new ResiliencyPolicies(spec, new Dictionary<string, string>(StringComparer.Ordinal), TimeProvider.System, () => 0);
        static Task<int> CallAsync(IPolicy policy) => policy.ExecuteAsync(_ => Task.FromResult(1), _ => new AttemptOutcome(Failed: true, 500), CancellationToken.None);

        await CallAsync(policies.ForComponentInbound("c"));

        await FluentActions.Awaiting(() => CallAsync(policies.ForComponentOutbound("c"))).Should().ThrowAsync<CircuitOpenException>();
        (await CallAsync(policies.ForComponentOutbound("d"))).Should().Be(1, "another component has its own");
    }

    [Fact]
    public async Task Retry_Exhausted_ReturnsTheLastAnswer()
    {
        var answers = await CallAsync(FakeApp.Statuses(500, 501, 502, 503), "retries: { r: { policy: constant, duration: 5ms, maxRetries: 2 } }", "retry: r", calls: 1);

        answers.Single().Should().Be((502, "answer 3"));
    }

    [Fact]
    public async Task Retry_Matching_LeavesOtherCodesAlone()
    {
        var answers = await CallAsync(
            FakeApp.Statuses(503, 404, 200), "retries: { r: { policy: constant, duration: 5ms, maxRetries: 3, matching: { httpStatusCodes: \"500-599\" } } }", "retry: r", calls: 1);

        answers.Single().Status.Should().Be(404);
    }

    [Theory]
    [InlineData(404, 1)]
    [InlineData(503, 3)]
    public async Task Retry_LargeBodyOfTheLastAttempt_IsGivenWhole(int status, int attempts)
    {
        var page = new string('x', 50_000);
        await using var app = await FakeApp.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(page);
        });
        await using var sidecar = await TestSidecar.StartAsync(options => options with { Run = _run, AppPort = app.Port, MaxBodySize = 1_000 }, [Policies(ServerErrorsOnly, "retry: r")]);

        using var response = await sidecar.Client.GetAsync("v1.0/invoke/app/method/x");

        ((int)response.StatusCode, await response.Content.ReadAsStringAsync()).Should().Be((status, page));
        app.Seen.Should().HaveCount(attempts);
    }

    [Fact]
    public async Task Retry_CodeNotMatchedWithABrokenBody_IsNotRepeated()
    {
        await using var app = await FakeApp.StartAsync(async context =>
        {
            if (!context.Request.Path.StartsWithSegments("/dapr"))
            {
                context.Response.StatusCode = 404;
                context.Response.ContentLength = 10;
                await context.Response.Body.FlushAsync();
            }
        });
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app, [Policies(ServerErrorsOnly, "retry: r")]);

        using var response = await sidecar.Client.GetAsync("v1.0/invoke/app/method/x");

        ((int)response.StatusCode).Should().Be(500);
        (await response.Content.ReadAsStringAsync()).Should().Contain("failed to invoke, id: app, err: ");
        app.Seen.Should().ContainSingle();
    }

    [Fact]
    public async Task Timeout_StreamedBody_IsNotSentAgain()
    {
        await using var app = await FakeApp.StartAsync(context => Task.Delay(TimeSpan.FromSeconds(context.Request.Path.StartsWithSegments("/dapr") ? 0 : 30), TimeProvider.System, context.RequestAborted));
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app, [Policies("{ timeouts: { t: 300ms }, retries: { r: { policy: constant, duration: 5ms, maxRetries: 2 } } }", "{ timeout: t, retry: r }")]);
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1.0/invoke/app/method/x") { Content = new StringContent("streamed"), Headers = { TransferEncodingChunked = true } };

        using var response = await sidecar.Client.SendAsync(request);

        (await response.Content.ReadAsStringAsync()).Should().Contain("failed to invoke, id: app, err: context deadline exceeded");
        app.Seen.Should().ContainSingle();
    }

    [Fact]
    public async Task Retry_WithoutMatching_RepeatsRefusalsToo()
    {
        var answers = await CallAsync(FakeApp.Statuses(400, 404, 409, 200), "retries: { r: { policy: constant, duration: 5ms } }", "retry: r", calls: 1);

        answers.Single().Should().Be((200, "answer 4"));
    }

    [Fact]
    public async Task Retry_Body_IsSentAgainUnchanged()
    {
        var bodies = new List<string>();
        await using var app = await FakeApp.StartAsync(async context =>
        {
            if (!context.Request.Path.StartsWithSegments("/dapr"))
            {
                using var reader = new StreamReader(context.Request.Body);
                bodies.Add(await reader.ReadToEndAsync());
                context.Response.StatusCode = bodies.Count < 3 ? 500 : 200;
            }
        });
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app, [Policies("retries: { r: { policy: constant, duration: 5ms, maxRetries: 3 } }", "retry: r")]);

        (await sidecar.Client.PostAsync("v1.0/invoke/app/method/x", new StringContent("the body"))).StatusCode.Should().Be(HttpStatusCode.OK);

        bodies.Should().Equal("the body", "the body", "the body");
    }

    [Fact]
    public async Task Timeout_Elapsed_IsDeadlineExceeded()
    {
        var answers = await CallAsync(context => Task.Delay(TimeSpan.FromSeconds(context.Request.Path.StartsWithSegments("/dapr") ? 0 : 30), TimeProvider.System, context.RequestAborted), "timeouts: { t: 60ms }", "timeout: t", calls: 1);

        answers.Single().Status.Should().Be(500);
        answers.Single().Body.Should().Contain("failed to invoke, id: app, err: context deadline exceeded");
    }

    [Fact]
    public async Task Breaker_ConsecutiveFailures_OpensPerMethodAndRecovers()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.Statuses(500, 500, 200));
        var breaker = "circuitBreakers: { cb: { maxRequests: 1, timeout: 1s, trip: consecutiveFailures >= 2 } }";
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app, [Policies(breaker, "circuitBreaker: cb")]);

        (await StatusAsync(sidecar, "x")).Should().Be(500);
        (await StatusAsync(sidecar, "x")).Should().Be(500);
        var open = await sidecar.Client.GetAsync("v1.0/invoke/app/method/x");
        (await open.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("message").GetString().Should().Be("failed to invoke, id: app, err: circuit breaker is open");
        app.Seen.Should().HaveCount(2);
        (await StatusAsync(sidecar, "another")).Should().Be(200, "each method has a breaker of its own, as in Dapr");
        await Eventually.TrueAsync(async () => await StatusAsync(sidecar, "x") == 200, "the breaker closes after its trial call");
    }

    [Fact]
    public async Task Breaker_RefusesDuringRetries_EndsThem()
    {
        var answers = await CallAsync(
            FakeApp.Statuses(500),
            "{ retries: { r: { policy: constant, duration: 5ms, maxRetries: 10 } }, circuitBreakers: { cb: { timeout: 60s, trip: consecutiveFailures >= 3 } } }",
            "{ retry: r, circuitBreaker: cb }",
            calls: 1);

        answers.Single().Body.Should().Contain("circuit breaker is open");
    }

    [Fact]
    public async Task Timeout_BodyThatDoesNotEnd_BreaksTheAnswerOff()
    {
        await using var app = await FakeApp.StartAsync(async context =>
        {
            if (!context.Request.Path.StartsWithSegments("/dapr"))
            {
                context.Response.ContentType = "text/plain";
                await context.Response.WriteAsync("the beginning");
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
            }
        });
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app, [Policies("{ timeouts: { t: 300ms }, retries: { r: { policy: constant, duration: 5ms } } }", "{ timeout: t, retry: r }")]);

        using var response = await sidecar.Client.GetAsync("v1.0/invoke/app/method/x", HttpCompletionOption.ResponseHeadersRead);
        Func<Task> read = () => response.Content.ReadAsStringAsync();

        await read.Should().ThrowAsync<HttpRequestException>("half an answer must not look whole");
        app.Seen.Should().ContainSingle("what has begun to reach the caller is not repeated");
    }

    [Fact]
    public async Task Timeout_NoBodyInTime_IsAnsweredWithoutTheHeadersOfTheApp()
    {
        await using var app = await FakeApp.StartAsync(async context =>
        {
            if (!context.Request.Path.StartsWithSegments("/dapr"))
            {
                context.Response.Headers["X-Own"] = "1";
                context.Response.ContentLength = 10;
                await context.Response.StartAsync();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
            }
        });
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app, [Policies("timeouts: { t: 300ms }", "timeout: t")]);

        using var response = await sidecar.Client.GetAsync("v1.0/invoke/app/method/x");

        ((int)response.StatusCode).Should().Be(500);
        (await response.Content.ReadAsStringAsync()).Should().Contain("context deadline exceeded");
        response.Headers.Contains("X-Own").Should().BeFalse();
    }

    [Fact]
    public async Task DefaultPolicies_TargetWithoutItsOwn_AreUsed()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.Statuses(500, 500, 200));
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app, [Policies("retries: { DefaultAppRetryPolicy: { policy: constant, duration: 5ms, maxRetries: 2 } }", null)]);

        (await StatusAsync(sidecar, "x")).Should().Be(200);
    }

    [Fact]
    public async Task SeveralFiles_SamePolicy_TheLastWins()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.Statuses(500, 500, 500, 200));
        await using var sidecar = await TestSidecar.StartAsync(
            _run,
            "app",
            app,
            [Policies("retries: { r: { policy: constant, duration: 5ms, maxRetries: 1 } }", "retry: r"), Policies("retries: { r: { policy: constant, duration: 5ms, maxRetries: 4 } }", "retry: r", "two")]);

        (await StatusAsync(sidecar, "x")).Should().Be(200);
    }

    private static string Policies(string policies, string? target, string name = "res") => $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Resiliency
        metadata:
          name: {{name}}
        spec:
          policies: {{(policies.StartsWith('{') ? policies : "{ " + policies + " }")}}
          targets:
            apps: {{(target is null ? "{}" : "{ app: " + (target.StartsWith('{') ? target : "{ " + target + " }") + " }")}}
        """;

    private static async Task<int> StatusAsync(TestSidecar sidecar, string method)
    {
        using var response = await sidecar.Client.GetAsync($"v1.0/invoke/app/method/{method}");
        return (int)response.StatusCode;
    }

    private async Task<List<(int Status, string Body)>> CallAsync(Func<HttpContext, Task> answer, string policies, string target, int calls)
    {
        await using var app = await FakeApp.StartAsync(answer);
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app, [Policies(policies, target)]);
        var answers = new List<(int, string)>();
        for (var i = 0; i < calls; i++)
        {
            using var response = await sidecar.Client.GetAsync("v1.0/invoke/app/method/x");
            answers.Add(((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
        }

        return answers;
    }
}
