using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sidecar.Components;
using Sidecar.Middleware;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Middleware;

public sealed class MiddlewareTests
{
    [Theory]
    [InlineData("httpPipeline")]
    [InlineData("appHttpPipeline")]
    public async Task Uppercase_Request_ChangesTheBodyForTheApp(string pipeline)
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await StartAsync(app, pipeline, ("up", "middleware.http.uppercase", ""));

        var answer = await PostAsync(sidecar, "v1.0/invoke/app/method/a/b?c=d", "größe");

        answer.Should().Be((HttpStatusCode.OK, "GRÖßE"));
        app.Seen.Single(request => request.Method == "POST").Target.Should().Be("/a/b?c=d");
    }

    [Theory]
    [InlineData("httpPipeline")]
    [InlineData("appHttpPipeline")]
    public async Task Uppercase_Response_ChangesTheAnswerAlone(string pipeline)
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await StartAsync(app, pipeline, ("up", "middleware.http.uppercase", "{name: direction, value: response}"));

        (await PostAsync(sidecar, "v1.0/invoke/app/method/x", "abc")).Should().Be((HttpStatusCode.OK, "ABC"));
    }

    [Fact]
    public async Task RouterChecker_OtherTarget_IsRefusedAndHealthIsNot()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await StartAsync(app, "httpPipeline", ("rc", "middleware.http.routerchecker", "{name: rule, value: '^/v1.0/invoke/[A-Za-z0-9/._-]+$'}"));

        (await PostAsync(sidecar, "v1.0/invoke/app/method/x%20y", "abc")).Should().Be((HttpStatusCode.BadRequest, "invalid router"));
        (await PostAsync(sidecar, "v1.0/invoke/app/method/x", "abc")).Should().Be((HttpStatusCode.OK, "abc"));
        (await sidecar.Client.GetAsync("v1.0/healthz")).StatusCode.Should().Be(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task RouterAlias_OwnPath_ReachesTheApiWithItsParameters()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await StartAsync(app, "httpPipeline", ("ra", "middleware.http.routeralias", "{name: routes, value: '{\"/orders/{id:[0-9]+}\": \"/v1.0/invoke/app/method/get\"}'}"));

        (await PostAsync(sidecar, "orders/17?a=b", "x")).Status.Should().Be(HttpStatusCode.OK);
        (await PostAsync(sidecar, "orders/seventeen", "x")).Status.Should().Be(HttpStatusCode.NotFound);

        app.Seen.Single(request => request.Method == "POST").Target.Should().Be("/get?a=b&id=17");
    }

    [Fact]
    public async Task RouterAlias_RoutesAsFields_SortTheQuery()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await StartAsync(app, "httpPipeline", ("ra", "middleware.http.routeralias", "{name: '/hello/{data}/{what}', value: '/v1.0/invoke/app/method/hello'}, {name: '/plain', value: '/v1.0/invoke/app/method/plain'}"));

        await PostAsync(sidecar, "hello/a%20b/c?e=1&b=2", "x");
        await PostAsync(sidecar, "plain?z=1&a=2", "x");

        app.Seen.Where(request => request.Method == "POST").Select(request => request.Target).Should().Equal("/hello?b=2&data=a+b&e=1&what=c", "/plain?z=1&a=2");
    }

    [Fact]
    public async Task RateLimit_MoreThanAllowed_Answers429PerPath()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await StartAsync(app, "httpPipeline", ("rl", "middleware.http.ratelimit", "{name: maxRequestsPerSecond, value: '0.01'}"));

        (await PostAsync(sidecar, "v1.0/invoke/app/method/x", "abc")).Status.Should().Be(HttpStatusCode.OK);
        (await PostAsync(sidecar, "v1.0/invoke/app/method/x", "abc")).Should().Be((HttpStatusCode.TooManyRequests, "You have reached maximum request limit."));
        (await PostAsync(sidecar, "v1.0/invoke/app/method/y", "abc")).Status.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("v1.0/invoke/app/method//x")]
    [InlineData("v1.0/invoke/app/method/%78")]
    [InlineData("v1.0/invoke/app/method/y/../x")]
    public async Task RateLimit_PathWrittenAnotherWay_HasTheSameBucket(string path)
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await StartAsync(app, "httpPipeline", ("rl", "middleware.http.ratelimit", "{name: maxRequestsPerSecond, value: '0.01'}"));

        (await sidecar.SendRawAsync("GET", "/v1.0/invoke/app/method/x")).Should().StartWith("HTTP/1.1 200");
        (await sidecar.SendRawAsync("GET", "/" + path)).Should().StartWith("HTTP/1.1 429");
    }

    [Fact]
    public async Task RateLimit_MorePathsThanAnyoneNeeds_ShareOneBucket()
    {
        const int MaxBuckets = 10_000;
        var spec = new ComponentSpec("rl", "middleware.http.ratelimit", "v1", new Dictionary<string, string>(StringComparer.Ordinal) { ["maxRequestsPerSecond"] = "0.001" }, "rl.yaml");
        var limit = new RateLimitMiddleware(spec, TimeProvider.System);
        for (var i = 0; i <= MaxBuckets; i++)
        {
            (await StatusAsync(limit, $"/{i}")).Should().Be(200);
        }

        (await StatusAsync(limit, "/another")).Should().Be(429, "a path of its own would be one bucket more for whoever makes them up");
    }

    [Fact]
    public async Task Pipeline_HandlerWithoutComponent_IsLeftOut()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await TestSidecar.StartAsync(options => options with { AppPort = app.Port }, [], Configuration("httpPipeline", "- {name: nobody, type: middleware.http.uppercase}"));

        (await PostAsync(sidecar, "v1.0/invoke/app/method/x", "abc")).Should().Be((HttpStatusCode.OK, "abc"));
    }

    private static async Task<int> StatusAsync(RateLimitMiddleware limit, string path)
    {
        var context = new DefaultHttpContext();
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = path;
        await limit.InvokeAsync(context, _ => Task.CompletedTask);
        return context.Response.StatusCode;
    }

    private static Task<TestSidecar> StartAsync(FakeApp app, string pipeline, (string Name, string Type, string Metadata) middleware) => TestSidecar.StartAsync(
        options => options with { AppPort = app.Port },
        [$"apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {{name: {middleware.Name}}}\nspec: {{type: {middleware.Type}, version: v1, metadata: [{middleware.Metadata}]}}"],
        Configuration(pipeline, $"- {{name: {middleware.Name}, type: {middleware.Type}}}"));

    private static string Configuration(string pipeline, string handler) => $"apiVersion: dapr.io/v1alpha1\nkind: Configuration\nmetadata: {{name: cfg}}\nspec:\n  {pipeline}:\n    handlers:\n    {handler}\n";

    private static async Task<(HttpStatusCode Status, string Body)> PostAsync(TestSidecar sidecar, string path, string body)
    {
        using var response = await sidecar.Client.PostAsync(path, new StringContent(body, Encoding.UTF8, "text/plain"));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
