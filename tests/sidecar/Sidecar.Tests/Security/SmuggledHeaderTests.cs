using Dapr.Proto.Common.V1;
using Dapr.Proto.Runtime.V1;
using Sidecar.Api.Grpc;
using Sidecar.Components;
using Sidecar.Invocation;
using Sidecar.Tests.Actors;
using Sidecar.Tests.Hosting;
using Sidecar.Tests.Support;
using Verb = Dapr.Proto.Common.V1.HTTPExtension.Types.Verb;

namespace Sidecar.Tests.Security;

/// <summary>Texts of a message that become part of an HTTP request never become a header of their own, or another request.</summary>
public sealed class SmuggledHeaderTests
{
    private const string Dapr = "/dapr.proto.runtime.v1.Dapr/";
    private const string Smuggled = "x HTTP/1.1\r\nX-Smuggled: 1\r\nx: ";

    [Theory]
    [InlineData("", Smuggled, "net/http: invalid header field value for \"Content-Type\"")]
    [InlineData(Smuggled, "", "net/url: invalid control character in URL")]
    public async Task InvokeService_LinesInAText_IsRefused(string query, string contentType, string problem)
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await RunningSidecar.StartAsync(new RunScope(), "app", app.Port);

        var act = () => InvokeAsync(sidecar, query, contentType);

        (await act.Should().ThrowAsync<GrpcException>()).Which.Status.Message.Should().StartWith("failed to invoke, id: app, err: ").And.EndWith(problem);
        app.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task InvokeService_BlanksAndLettersInTheQuery_ArriveEscaped()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await RunningSidecar.StartAsync(new RunScope(), "app", app.Port);

        await InvokeAsync(sidecar, "a=b c&\u20ac=%20", "text/plain");

        app.Seen.Should().ContainSingle().Which.Target.Should().Be("/m?a=b%20c&%E2%82%AC=%20");
    }

    [Theory]
    [InlineData("x-own")]
    [InlineData("Dapr-Reentrancy-Id")]
    public async Task InvokeActor_LinesInMetadata_IsRefused(string name)
    {
        await using var app = await ActorApp.StartAsync("""{"entities":["Cart"]}""");
        await using var sidecar = await RunningSidecar.StartAsync(new RunScope(), "carts", app.Port, ActorApp.Store);
        using var client = new GrpcTestClient(sidecar.GrpcAddress);

        var act = () => client.CallAsync<InvokeActorRequest, InvokeActorResponse>(Dapr + "InvokeActor", new InvokeActorRequest { ActorType = "Cart", ActorId = "1", Method = "m", Metadata = { [name] = Smuggled } });

        (await act.Should().ThrowAsync<GrpcException>()).Which.Status.Message.Should().EndWith($"net/http: invalid header field value for \"{name}\"");
        app.Calls.Should().BeEmpty();
    }

    [Fact]
    public async Task HttpBinding_LinesInThePath_AreEscaped()
    {
        await using var server = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await RunningSidecar.StartAsync(new RunScope(), "app", null, RunningSidecar.Component("out", "bindings.http", ("url", $"http://127.0.0.1:{server.Port}")));

        await sidecar.SendAsync("POST", "/v1.0/bindings/out", System.Text.Json.JsonSerializer.Serialize(new { operation = "get", metadata = new { path = Smuggled } }));

        var request = server.Seen.Should().ContainSingle().Subject;
        request.Target.Should().Be("/x%20HTTP/1.1%0D%0AX-Smuggled:%201%0D%0Ax:%20");
        request.Headers.Should().NotContainKey("X-Smuggled");
    }

    [Fact]
    public async Task Endpoint_LineBreakInAHeader_IsRefusedAtOnce()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await RunningSidecar.StartAsync(new RunScope(), "own", appPort: null, $$"""
            apiVersion: dapr.io/v1alpha1
            kind: HTTPEndpoint
            metadata: { name: ext }
            spec: { baseUrl: "http://127.0.0.1:{{app.Port}}", headers: [{ name: X-Key, value: "secret\n" }] }
            """);

        var (status, body, _) = await sidecar.SendAsync("GET", "/v1.0/invoke/ext/method/m");

        status.Should().Be(500);
        body.Should().Contain("failed to invoke, id: ext, err: net/http: invalid header field value for ").And.Contain("X-Key");
        app.Seen.Should().BeEmpty();
    }

    [Theory]
    [InlineData("secret\n", null, "DAPR_API_TOKEN")]
    [InlineData(null, "secret\r\n", "APP_API_TOKEN")]
    [InlineData("sec\u0001ret", null, "DAPR_API_TOKEN")]
    public void Options_TokenWithControlCharacters_AreRefusedWithoutTellingIt(string? api, string? app, string setting)
    {
        var problem = SidecarOptionsValidation.Validate(new SidecarOptions { AppId = "app", ApiToken = api, AppApiToken = app }).Should().ContainSingle().Subject;

        problem.Should().StartWith(setting + " ").And.NotContain("sec");
    }

    [Theory]
    [InlineData("http://a/%zz/../b?c=[d]#e", "http://a/%zz/../b?c=[d]#e")]
    [InlineData("http://[::1]:80/ \t", "http://[::1]:80/%20%09")]
    [InlineData("http://a?b\r\nc", "http://a?b%0D%0Ac")]
    [InlineData("http://a/\ud83d\ude00\u007f", "http://a/%F0%9F%98%80%7F")]
    [InlineData("http://b\u00fccher/\u00fc", "http://b\u00fccher/%C3%BC")]
    public void Verbatim_AnyText_IsOneLineAndOtherwiseAsWritten(string url, string written) => AppHttp.Verbatim(url).OriginalString.Should().Be(written);

    private static async Task InvokeAsync(RunningSidecar sidecar, string query, string contentType)
    {
        using var client = new GrpcTestClient(sidecar.GrpcAddress);
        await client.CallAsync<InvokeServiceRequest, InvokeResponse>(Dapr + "InvokeService", new InvokeServiceRequest
        {
            Id = "app",
            Message = new InvokeRequest { Method = "m", ContentType = contentType, HttpExtension = new HTTPExtension { Verb = Verb.Get, Querystring = query } },
        });
    }
}
