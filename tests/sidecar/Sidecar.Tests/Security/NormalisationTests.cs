using System.Net;
using Sidecar.Components;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Security;

/// <summary>No way of writing a path gets round a token, an API list, a rate limit or the form an app sees.</summary>
public sealed class NormalisationTests
{
    private readonly RunScope _run = new();

    [Theory]
    [InlineData("/v1.0/invoke/app/method/../../../../v1.0/healthz")]
    [InlineData("/v1.0/invoke/app/method/../../../../../v1.0/healthz/x")]
    [InlineData("/v1.0/healthzx")]
    [InlineData("/v1.0/healthz/../metadata")]
    [InlineData("/v1.0/healthz/..%2Fmetadata/../../state/mem/k")]
    [InlineData("//v1.0//healthzz")]
    public async Task Token_PathThatLooksLikeHealth_IsStillAsked(string target)
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await TestSidecar.StartAsync(options => options with { Run = _run, AppPort = app.Port, ApiToken = "secret" });

        (await sidecar.SendRawAsync("GET", target, "dapr-app-id: app")).Should().StartWith("HTTP/1.1 401");

        app.Seen.Should().BeEmpty();
    }

    [Theory]
    [InlineData("/v1.0/healthz", 204)]
    [InlineData("//v1.0/healthz", 204)]
    [InlineData("/v1.0/../v1.0/healthz/outbound", 204)]
    [InlineData("/v1.0/healthz/", 204)]
    public async Task Token_Health_NeedsNone(string target, int status)
    {
        await using var sidecar = await TestSidecar.StartAsync(options => options with { Run = _run, ApiToken = "secret" });

        (await sidecar.SendRawAsync("GET", target)).Should().StartWith($"HTTP/1.1 {status}");
    }

    [Theory]
    [InlineData("v1.0", "/v1.0/state/mem/k")]
    [InlineData("v1", "/v1.0/state/mem/k")]
    [InlineData("v1", "//v1.0//state/mem/k")]
    [InlineData("v1", "/v1.0/./state/mem/k")]
    [InlineData("v1", "/v1.0/publish/../state/mem/k")]
    [InlineData("", "/v1.0/state/mem/k")]
    public async Task ApiDenied_ByEitherNameOfItsVersion_IsNotThere(string version, string target)
    {
        await using var sidecar = await TestSidecar.StartAsync(
            options => options with { Run = _run }, [Support.RunningSidecar.Component("mem", "state.in-memory")], Denied("state", version));

        (await sidecar.SendRawAsync("GET", target)).Should().StartWith("HTTP/1.1 404").And.Contain("ERR_DIRECT_INVOKE");
    }

    [Theory]
    [InlineData("/v1.0/invoke/app/method/x", "")]
    [InlineData("//v1.0/invoke/app/method/x", "")]
    [InlineData("/v1.0%2Finvoke/app/method/x", "")]
    [InlineData("/x", "dapr-app-id: app")]
    [InlineData("/x", "Authorization: Basic ZGFwci1hcHAtaWQ6YXBw")]
    public async Task InvocationDenied_InAllItsForms_IsAPlain404(string target, string header)
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await TestSidecar.StartAsync(options => options with { Run = _run, AppPort = app.Port }, configuration: Denied("invoke", "v1.0"));

        (await sidecar.SendRawAsync("GET", target, header)).Should().StartWith("HTTP/1.1 404").And.Contain("404 page not found");

        app.Seen.Should().BeEmpty();
    }

    [Theory]
    [InlineData("/v1.0/invoke/app/method/%252e%252e/x", "/%252e%252e/x")]
    [InlineData("/v1.0/invoke/app/method/a%3B/..%3Bb", "/a;/..;b")]
    [InlineData("/v1.0/invoke/app/method/%ff%fe", "/%FF%FE")]
    [InlineData("/v1.0/invoke/app/method/a/%2e%2e/%2E./b", "/b")]
    [InlineData("/v1.0/invoke/app/method/%2F%2Fb", "/b")]
    public async Task Invoke_EncodedPath_IsDecodedOnceAndCleaned(string target, string seen)
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app);

        (await sidecar.SendRawAsync("GET", target)).Should().StartWith("HTTP/1.1 200");

        app.Seen.Single().Target.Should().Be(seen);
    }

    [Theory]
    [InlineData("/v1.0/invoke/app/method/a%00b", "method contains forbidden character: \\\"a\\\\x00b\\\"")]
    [InlineData("/v1.0/invoke/app/method/a%3Fb", "method contains forbidden character: \\\"a?b\\\"")]
    [InlineData("/v1.0/invoke/app/method/a%0Ab", "method contains control character at position 1: \\\"a\\\\nb\\\"")]
    [InlineData("/v1.0/invoke/app/method/%7F", "method contains control character at position 0: \\\"\\\\x7f\\\"")]
    public async Task Invoke_ForbiddenCharacter_IsSaid(string target, string problem)
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app);

        var answer = await sidecar.SendRawAsync("GET", target);

        answer.Should().StartWith("HTTP/1.1 500");
        answer.Replace("\\u0022", "\\\"", StringComparison.Ordinal).Should().Contain(problem);
        app.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task RateLimit_OnePathInManySpellings_HasOneBucket()
    {
        const string Limit = """
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: limit
            spec:
              type: middleware.http.ratelimit
              version: v1
              metadata:
              - name: maxRequestsPerSecond
                value: "1"
            """;
        const string Pipeline = "apiVersion: dapr.io/v1alpha1\nkind: Configuration\nmetadata:\n  name: c\nspec:\n  httpPipeline:\n    handlers:\n    - name: limit\n      type: middleware.http.ratelimit\n";
        await using var sidecar = await TestSidecar.StartAsync(options => options with { Run = _run }, [Limit], Pipeline);
        string[] spellings = ["/v1.0/metadata", "//v1.0/metadata", "/v1.0/./metadata", "/v1.0/x/../metadata", "/v1.0/metadata/", "/v1.0/%6Detadata"];

        var answers = await Task.WhenAll(spellings.Select(spelling => sidecar.SendRawAsync("GET", spelling)));

        answers.Count(answer => answer.StartsWith("HTTP/1.1 429", StringComparison.Ordinal)).Should().BeGreaterThanOrEqualTo(4);
    }

    [Fact]
    public async Task Escape_Broken_Is400()
    {
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app: null);

        (await sidecar.SendRawAsync("GET", "/v1.0/invoke/app/method/%zz")).Should().StartWith("HTTP/1.1 400").And.Contain("\r\n400 Bad Request\r\n");
    }

    [Fact]
    public async Task Headers_OverTheLimit_Are431WithItsText()
    {
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app: null);

        var answer = await sidecar.SendRawAsync("GET", "/v1.0/metadata", "x-big: " + new string('h', 9_000));

        answer.Should().StartWith("HTTP/1.1 431").And.EndWith("431 Request Header Fields Too Large");
        (await sidecar.Client.GetAsync("v1.0/healthz")).StatusCode.Should().Be(HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData("no colon")]
    [InlineData("Content-Length: 5'")]
    public async Task Request_Malformed_Is400WithItsText(string header)
    {
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app: null);

        (await sidecar.SendRawAsync("GET", "/v1.0/metadata", header)).Should().StartWith("HTTP/1.1 400").And.EndWith("400 Bad Request");
    }

    private static string Denied(string name, string version) =>
        $"apiVersion: dapr.io/v1alpha1\nkind: Configuration\nmetadata:\n  name: c\nspec:\n  api:\n    denied:\n    - name: {name}\n      version: \"{version}\"\n      protocol: http\n";
}
