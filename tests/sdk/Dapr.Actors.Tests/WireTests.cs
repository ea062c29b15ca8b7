using System.Net;
using System.Security.Authentication;
using System.Text;
using Dapr.Actors.Builder;
using Dapr.Actors.Client;
using Dapr.Actors.Communication;

namespace Dapr.Actors.Tests;

/// <summary>What proxies send and how they read answers: the form of the official packages.</summary>
public sealed class WireTests
{
    [Fact]
    public void Crc64_CheckString_IsTheKnownSum() => Crc64.Of("123456789"u8).Should().Be(0x62EC59E3F1A4F00AUL);

    [Fact]
    public async Task TypedCall_PathHeadersAndBody_AreThoseOfTheOfficialPackages()
    {
        using var sidecar = new ScriptedSidecar(_ => new HttpResponseMessage(HttpStatusCode.OK));
        var proxy = sidecar.Proxies(token: "secret").CreateActorProxy<ICounter>(new ActorId("ä|1"), "Counter");

        await proxy.AddAsync(5, "me", CancellationToken.None);

        var (request, body) = sidecar.Requests.Single();
        request.Method.Should().Be(HttpMethod.Put);
        request.RequestUri!.AbsoluteUri.Should().Be("http://sidecar.test:3500/v1.0/actors/Counter/%C3%A4%7C1/method/AddAsync");
        request.Headers.GetValues("dapr-api-token").Should().Equal("secret");
        request.Content!.Headers.ContentType!.ToString().Should().Be("application/octet-stream; charset=utf-8");
        var header = request.Headers.GetValues("X-DaprRequestHeader").Single();
        header.Should().Contain("ActorHeader").And.Contain("urn:actors").And.Contain("&#xE4;|1").And.Match(text => Ascii.IsValid(text));
        var read = HeaderText.ReadRequest(header);
        read.Should().BeEquivalentTo(new
        {
            InterfaceId = Crc64.Id("Dapr.Actors.TestsICounter"),
            MethodId = Crc64.Id("ICounterDapr.Actors.TestsAddAsync"),
            MethodName = "AddAsync",
            ActorType = "Counter",
            ActorId = new ActorId("ä|1"),
        });
        Encoding.UTF8.GetString(body).Should().Contain("WrappedMsgBody").And.Contain("AddAsyncReqBody").And.Contain("number");
    }

    [Fact]
    public async Task TypedCall_WithoutArguments_HasNoBody()
    {
        using var sidecar = new ScriptedSidecar(_ => new HttpResponseMessage(HttpStatusCode.OK));

        (await sidecar.Proxies().CreateActorProxy<ICounter>(new ActorId("1"), "Counter").CountAsync()).Should().Be(0);

        sidecar.Requests.Single().Request.Content.Should().BeNull();
    }

    [Fact]
    public async Task TypedCall_InJson_HasArgumentsAsMembers()
    {
        using var sidecar = new ScriptedSidecar(_ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("""{"value":{"retVal":{"count":3,"lastBy":"x"}}}""") });

        var total = await sidecar.Proxies(json: true).CreateActorProxy<ICounter>(new ActorId("1"), "Counter").AddAsync(3, "x", CancellationToken.None);

        total.Should().Be(new Total { Count = 3, LastBy = "x" });
        Encoding.UTF8.GetString(sidecar.Requests.Single().Body).Should().Be("""{"value":{"number":3,"by":"x"}}""");
    }

    [Theory]
    [InlineData(500, """{"errorCode":"ERR_ACTOR_INVOKE_METHOD","message":"m"}""", "ERR_ACTOR_INVOKE_METHOD", "m")]
    [InlineData(404, "", "ERR_DOES_NOT_EXIST", "The requested resource/content/path does not exist on the server.")]
    [InlineData(502, "<html>", "UNKNOWN", "*did not provide a meaningful error response*BadGateway*")]
    public async Task Call_SidecarRefuses_ThrowsItsCode(int status, string body, string code, string message)
    {
        using var sidecar = new ScriptedSidecar(_ => new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body) });

        var thrown = await sidecar.Proxies().Create(new ActorId("1"), "Counter").Invoking(proxy => proxy.InvokeMethodAsync("m")).Should().ThrowAsync<DaprApiException>().WithMessage(message);

        thrown.Which.ErrorCode.Should().Be(code);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task Call_TokenRefused_IsAnAuthenticationException(int status)
    {
        using var sidecar = new ScriptedSidecar(_ => new HttpResponseMessage((HttpStatusCode)status));

        await sidecar.Proxies().Create(new ActorId("1"), "Counter").Invoking(proxy => proxy.InvokeMethodAsync("m")).Should().ThrowAsync<AuthenticationException>();
    }

    [Fact]
    public void ActorReference_OfAProxy_NamesItsActor()
    {
        var proxy = new ActorProxyFactory().CreateActorProxy<ICountReader>(new ActorId("other"), "Counter");

        ActorReference.Get(proxy).Should().BeEquivalentTo(new { ActorId = new ActorId("other"), ActorType = "Counter" });
        ActorReference.Get(null).Should().BeNull();
        FluentActions.Invoking(() => ActorReference.Get("text")).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void ActorId_ComparesWithoutCaseAndIsPlainInJson()
    {
        new ActorId("A").Should().Be(new ActorId("a"));
        (new ActorId("A") == new ActorId("b")).Should().BeFalse();
        System.Text.Json.JsonSerializer.Serialize(new ActorId("x")).Should().Be("\"x\"");
        System.Text.Json.JsonSerializer.Deserialize<ActorId>("\"x\"").Should().Be(new ActorId("x"));
        FluentActions.Invoking(() => new ActorId(" ")).Should().Throw<ArgumentException>();
    }
}
