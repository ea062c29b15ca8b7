using System.Net;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Security;

/// <summary>Calls of web pages: what the browser is told.</summary>
public sealed class CrossOriginTests
{
    private const string Impatient = "{ apiVersion: dapr.io/v1alpha1, kind: Resiliency, metadata: { name: r }, spec: { policies: { timeouts: { t: 300ms } }, targets: { apps: { app: { timeout: t } } } } }";

    [Fact]
    public async Task Preflight_AllowedOrigin_IsAnsweredWithoutAToken()
    {
        await using var sidecar = await TestSidecar.StartAsync(options => options with { AllowedOrigins = ["http://shop.test", "https://*.shop.test"], ApiToken = "secret" });

        using var answer = await AskAsync(sidecar, "https://eu.shop.test", "content-type, x-mine");

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        Header(answer, "Access-Control-Allow-Origin").Should().Be("https://eu.shop.test");
        Header(answer, "Access-Control-Allow-Methods").Should().Be("POST");
        Header(answer, "Access-Control-Allow-Headers").Should().Be("Content-Type, X-Mine");
        Header(answer, "Vary").Should().Be("Origin,Access-Control-Request-Method,Access-Control-Request-Headers");
    }

    [Theory]
    [InlineData("http://evil.test")]
    [InlineData("https://shop.test.evil.test")]
    public async Task Preflight_OtherOrigin_AllowsNothing(string origin)
    {
        await using var sidecar = await TestSidecar.StartAsync(options => options with { AllowedOrigins = ["http://shop.test", "https://*.shop.test"] });

        using var answer = await AskAsync(sidecar, origin, "x-mine");

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        Header(answer, "Access-Control-Allow-Origin").Should().BeNull();
    }

    [Fact]
    public async Task Call_AnyOrigin_NeedsItsTokenAllTheSame()
    {
        await using var sidecar = await TestSidecar.StartAsync(options => options with { AllowedOrigins = ["*"], ApiToken = "secret" });
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1.0/metadata") { Headers = { { "Origin", "http://shop.test" } } };

        using var answer = await sidecar.Client.SendAsync(request);

        (answer.StatusCode, Header(answer, "Access-Control-Allow-Origin")).Should().Be((HttpStatusCode.Unauthorized, "*"));
    }

    [Fact]
    public async Task Call_AnswerThatNeverComesWhole_TellsTheBrowserWhyAndNothingOfTheApp()
    {
        await using var app = await FakeApp.StartAsync(async context =>
        {
            if (!context.Request.Path.StartsWithSegments("/dapr"))
            {
                (context.Response.ContentLength, context.Response.Headers["X-App"], context.Response.Headers.AccessControlAllowOrigin) = (10, "seen", "http://of.the.app");
                await context.Response.Body.FlushAsync();
                await Task.Delay(TimeSpan.FromSeconds(30), TimeProvider.System, context.RequestAborted);
            }
        });
        await using var sidecar = await TestSidecar.StartAsync(options => options with { AppPort = app.Port, AllowedOrigins = ["http://shop.test"] }, [Impatient]);

        using var answer = await CallAsync(sidecar);

        (answer.StatusCode, Header(answer, "Access-Control-Allow-Origin"), Header(answer, "Vary")).Should().Be((HttpStatusCode.InternalServerError, "http://shop.test", "Origin"));
        (Header(answer, "X-App"), Header(answer, "baggage")).Should().Be((null, "a=b"));
        (await answer.Content.ReadAsStringAsync()).Should().Contain("context deadline exceeded");
    }

    [Fact]
    public async Task Call_AppVariesToo_CachesAreToldBoth()
    {
        await using var app = await FakeApp.StartAsync(context =>
        {
            context.Response.Headers.Vary = "Accept-Encoding";
            return Task.CompletedTask;
        });
        await using var sidecar = await TestSidecar.StartAsync(options => options with { AppPort = app.Port, AllowedOrigins = ["http://shop.test"] });

        using var answer = await CallAsync(sidecar);

        Header(answer, "Vary").Should().Be("Origin,Accept-Encoding");
    }

    [Fact]
    public async Task Preflight_NoOriginsSet_IsARequestLikeAnyOther()
    {
        await using var sidecar = await TestSidecar.StartAsync(options => options);

        using var answer = await AskAsync(sidecar, "http://shop.test", "x-mine");

        (answer.StatusCode, Header(answer, "Vary")).Should().Be((HttpStatusCode.NotFound, null));
    }

    private static Task<HttpResponseMessage> CallAsync(TestSidecar sidecar)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "v1.0/invoke/app/method/x") { Headers = { { "Origin", "http://shop.test" }, { "baggage", "a=b" } } };
        return sidecar.Client.SendAsync(request);
    }

    private static Task<HttpResponseMessage> AskAsync(TestSidecar sidecar, string origin, string headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Options, "v1.0/state/mem");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", headers);
        return sidecar.Client.SendAsync(request);
    }

    private static string? Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;
}
