using System.Text;
using Dapr.Proto.Common.V1;
using Dapr.Proto.Runtime.V1;
using Sidecar.Api.Grpc;
using Sidecar.Api.Http;
using Sidecar.Components;
using Sidecar.Tests.Actors;
using Sidecar.Tests.Hosting;
using Sidecar.Tests.Support;
using Verb = Dapr.Proto.Common.V1.HTTPExtension.Types.Verb;

namespace Sidecar.Tests.Api;

/// <summary>Headers pass octet by octet; those that the sidecar reads, and those it makes of texts, are UTF-8.</summary>
public sealed class HeaderTextTests
{
    private const string City = "\u6771\u4eac";
    private const string Key = "schl\u00fcssel";
    private const string Dapr = "/dapr.proto.runtime.v1.Dapr/";
    private readonly RunScope _run = new();

    // What a recording app sees: a letter for each octet.
    private static string Octets(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    [Theory]
    [InlineData("plain")]
    [InlineData(Key)]
    [InlineData(City)]
    public void Write_AnyText_IsItsOctetsAndReadsBack(string text)
    {
        HeaderText.Write(text).Should().Be(Octets(text));
        HeaderText.Read(HeaderText.Write(text)).Should().Be(text);
    }

    [Theory]
    [InlineData(Key, " 200 ")]
    [InlineData("schlussel", " 401 ")]
    public async Task ApiToken_NotAscii_IsComparedAsItsOctets(string given, string status)
    {
        await using var sidecar = await TestSidecar.StartAsync(options => options with { ApiToken = Key });
        using var client = new GrpcTestClient(new Uri($"http://127.0.0.1:{sidecar.Runtime.GrpcPort}")) { Metadata = { ["dapr-api-token"] = given } };

        var call = () => client.CallAsync<GetMetadataRequest, GetMetadataResponse>(Dapr + "GetMetadata", new GetMetadataRequest());

        (await sidecar.SendRawAsync("GET", "/v1.0/metadata", "dapr-api-token: " + given)).Should().StartWith("HTTP/1.1" + status);
        await (given == Key ? call.Should().NotThrowAsync() : (Task)call.Should().ThrowAsync<GrpcException>());
    }

    [Fact]
    public async Task AppId_NotAscii_NamesItsTarget()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await TestSidecar.StartAsync(_run, "own", null, [Endpoint(Key, app.Port, "v")]);

        (await sidecar.SendRawAsync("GET", "/m", "dapr-app-id: " + Key)).Should().StartWith("HTTP/1.1 200 ");

        app.Seen.Should().ContainSingle().Which.Target.Should().Be("/m");
    }

    [Fact]
    public async Task Invoke_HeaderNamedLikeMetadata_ReachesTheAppOctetByOctet()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await TestSidecar.StartAsync(_run, "app", app);

        await sidecar.SendRawAsync("GET", "/v1.0/invoke/app/method/x", "metadata.x: " + City);

        app.Seen.Single().Headers["metadata.x"].Should().Be(Octets(City));
    }

    [Theory]
    [InlineData(City)]
    [InlineData("Z\u00fcrich")]
    public async Task Publish_MetadataThatIsNotAscii_ArrivesAsUtf8(string city)
    {
        await using var app = await SubscriberApp.StartAsync("""[{"pubsubname":"ps","topic":"t","route":"/t"}]""");
        await using var sidecar = await RunningSidecar.StartAsync(_run, "app", app.Port, RunningSidecar.Component("ps", "pubsub.in-memory"));

        await sidecar.SendAsync("POST", "/v1.0/publish/ps/t?metadata.city=" + Uri.EscapeDataString(city), "{}");

        await Eventually.TrueAsync(() => app.At("/t").Any(), "the event is delivered");
        app.At("/t").First().Headers["city"].Should().Be(city);
    }

    [Fact]
    public async Task Endpoint_HeaderThatIsNotAscii_ArrivesAsUtf8()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await RunningSidecar.StartAsync(_run, "own", appPort: null, Endpoint("ext", app.Port, City));

        await sidecar.SendAsync("GET", "/v1.0/invoke/ext/method/m");

        app.Seen.Single().Headers["x-key"].Should().Be(Octets(City));
    }

    [Fact]
    public async Task AppToken_NotAscii_ArrivesAsUtf8()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await TestSidecar.StartAsync(options => options with { Run = _run, AppPort = app.Port, AppApiToken = Key });

        await sidecar.SendRawAsync("GET", "/v1.0/invoke/app/method/m");

        app.Seen.Single().Headers["dapr-api-token"].Should().Be(Octets(Key));
    }

    [Fact]
    public async Task InvokeActor_MetadataThatIsNotAscii_ArrivesAsUtf8()
    {
        await using var app = await ActorApp.StartAsync("""{"entities":["Cart"]}""");
        await using var sidecar = await RunningSidecar.StartAsync(_run, "carts", app.Port, ActorApp.Store);
        using var client = new GrpcTestClient(sidecar.GrpcAddress);

        await client.CallAsync<InvokeActorRequest, InvokeActorResponse>(Dapr + "InvokeActor", new InvokeActorRequest { ActorType = "Cart", ActorId = "1", Method = "m", Metadata = { ["city"] = City, ["Dapr-Reentrancy-Id"] = Key } });

        var headers = app.App.Seen.Single(request => request.Target == "/actors/Cart/1/method/m").Headers;
        headers["city"].Should().Be(Octets(City));
        headers["Dapr-Reentrancy-Id"].Should().Be(Octets(Key));
    }

    [Fact]
    public async Task InvokeService_MetadataThatIsNotAscii_ArrivesAsUtf8()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await RunningSidecar.StartAsync(_run, "app", app.Port);
        using var client = new GrpcTestClient(sidecar.GrpcAddress) { Metadata = { ["city"] = City } };

        await client.CallAsync<InvokeServiceRequest, InvokeResponse>(Dapr + "InvokeService", new InvokeServiceRequest { Id = "app", Message = new InvokeRequest { Method = "m", HttpExtension = new HTTPExtension { Verb = Verb.Get } } });

        app.Seen.Single().Headers["city"].Should().Be(Octets(City));
    }

    [Fact]
    public async Task HttpBinding_HeaderThatIsNotAscii_LeavesAsUtf8()
    {
        await using var server = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await RunningSidecar.StartAsync(_run, "app", null, RunningSidecar.Component("out", "bindings.http", ("url", $"http://127.0.0.1:{server.Port}")));

        await sidecar.SendAsync("POST", "/v1.0/bindings/out", "{\"operation\":\"get\",\"metadata\":{\"City\":\"" + City + "\"}}");

        server.Seen.Single().Headers["City"].Should().Be(Octets(City));
    }

    private static string Endpoint(string name, int port, string header) => $$"""
        apiVersion: dapr.io/v1alpha1
        kind: HTTPEndpoint
        metadata: { name: "{{name}}" }
        spec:
          baseUrl: "http://127.0.0.1:{{port}}"
          headers: [{ name: X-Key, value: "{{header}}" }]
        """;
}
