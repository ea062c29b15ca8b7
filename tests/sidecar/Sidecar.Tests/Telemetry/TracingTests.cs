using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Dapr.Proto.Runtime.V1;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Api.Grpc;
using Sidecar.Components;
using Sidecar.Telemetry;
using Sidecar.Tests.Grpc;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Telemetry;

public sealed class TracingTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Incoming = $"00-{Trace}-b7ad6b7169203331-01";
    private const string Zero = "00-00000000000000000000000000000000-0000000000000000-00";

    [Fact]
    public void Start_BelowASpanOfTheSidecar_IsAsBelowItsText()
    {
        var tracing = new Tracing(new ConfigurationSpec { ExporterConfigured = true, SamplingRate = 1 }, []);
        var above = tracing.Start("above", ActivityKind.Client, new TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", "k=v"))!;
        var context = Tracing.ContextOf(above, TraceContext.None);

        var below = tracing.Start("below", ActivityKind.Server, context)!;
        var belowText = tracing.Start("below", ActivityKind.Server, new TraceContext(context.TraceParent, context.TraceState))!;

        (below.Context.TraceId, below.Context.Flags, below.ParentSpanId, below.TraceState, below.Recorded)
            .Should().Be((belowText.Context.TraceId, belowText.Context.Flags, above.Context.SpanId, "k=v", false));
        belowText.ParentSpanId.Should().Be(above.Context.SpanId);
    }

    [Fact]
    public async Task Invoke_WithoutConfiguration_PassesTheContextOn()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await TestSidecar.StartAsync(new RunScope(), "app", app);

        (await TraceParentAsync(sidecar, "app", Incoming)).Should().Be(Incoming);
        (await TraceParentAsync(sidecar, "app", null)).Should().Be(Zero);

        app.Seen.Select(request => request.Headers["traceparent"]).Should().Equal(Incoming, Zero);
    }

    [Fact]
    public async Task Invoke_TraceStateThatIsNoHeader_IsLeftOut()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await TestSidecar.StartAsync(new RunScope(), "app", app);
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync("127.0.0.1", sidecar.Runtime.HttpPort);
        await client.GetStream().WriteAsync(System.Text.Encoding.UTF8.GetBytes($"GET /v1.0/invoke/app/method/x HTTP/1.1\r\nHost: x\r\ntraceparent: {Incoming}\r\ntracestate: a=\u20ac\r\n\r\n"));
        using var reader = new StreamReader(client.GetStream());

        (await reader.ReadLineAsync()).Should().Be("HTTP/1.1 200 OK");
        app.Seen.Single().Headers.Should().Contain("traceparent", Incoming).And.NotContainKey("tracestate");
    }

    [Fact]
    public async Task Invoke_Exporting_MakesASpanOnEachSideOfOneTrace()
    {
        var spans = new ConcurrentQueue<JsonElement>();
        await using var collector = await CollectAsync(spans);
        var configuration = Exporting(collector);
        var run = new RunScope();
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var callee = await TestSidecar.StartAsync(options => options with { AppId = "callee", Run = run, AppPort = app.Port }, configuration: configuration);
        await using var caller = await TestSidecar.StartAsync(options => options with { AppId = "caller", Run = run }, configuration: configuration);

        var answered = await TraceParentAsync(caller, "callee", Incoming);

        await Eventually.TrueAsync(() => spans.Count == 2, "both spans are exported");
        var client = spans.Single(span => span.GetProperty("kind").GetString() == "CLIENT");
        var server = spans.Single(span => span.GetProperty("kind").GetString() == "SERVER");
        client.GetProperty("name").GetString().Should().Be("calllocal/callee/pay/1");
        client.GetProperty("parentId").GetString().Should().Be("b7ad6b7169203331");
        client.GetProperty("localEndpoint").GetProperty("serviceName").GetString().Should().Be("caller");
        server.GetProperty("parentId").GetString().Should().Be(client.GetProperty("id").GetString());
        server.GetProperty("traceId").GetString().Should().Be(Trace);
        answered.Should().Be($"00-{Trace}-{client.GetProperty("id").GetString()}-01");
        app.Seen.Single().Headers["traceparent"].Should().Be($"00-{Trace}-{server.GetProperty("id").GetString()}-01");
    }

    [Fact]
    public async Task Baggage_WellFormed_GoesOnAndComesBack()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await TestSidecar.StartAsync(new RunScope(), "app", app);
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1.0/invoke/app/method/x") { Headers = { { "baggage", "user=1,shop=a%20b;p=1" } } };

        using var response = await sidecar.Client.SendAsync(request);

        response.Headers.GetValues("baggage").Should().Equal("user=1,shop=a%20b;p=1");
        app.Seen.Single().Headers.Should().Contain("baggage", "user=1,shop=a%20b;p=1");
    }

    [Theory]
    [InlineData("a=b;\u00f6", null)]
    [InlineData("a=b\u00a0", "a=b\u00a0")]
    public async Task Baggage_NoHeaderOfAnAnswer_IsNoFaultOfTheSidecar(string baggage, string? refused)
    {
        await using var sidecar = await TestSidecar.StartAsync(new RunScope(), "app", app: null);
        using var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => System.Text.Encoding.UTF8 };
        using var client = new HttpClient(handler) { BaseAddress = sidecar.Client.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1.0/metadata");
        request.Headers.TryAddWithoutValidation("baggage", baggage);

        using var response = await client.SendAsync(request);

        response.StatusCode.Should().Be(refused is null ? System.Net.HttpStatusCode.OK : System.Net.HttpStatusCode.BadRequest);
        response.Headers.Contains("baggage").Should().BeFalse();
    }

    [Theory]
    [InlineData("nothing", "invalid baggage list-member: \"nothing\"")]
    [InlineData("a b=1", "invalid key: \"a b\"")]
    [InlineData("a=\"1\"", "invalid value: \"\\\"1\\\"\"")]
    public async Task Baggage_Malformed_IsRefused(string baggage, string problem)
    {
        await using var sidecar = await TestSidecar.StartAsync(new RunScope(), "app", app: null);
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1.0/metadata");
        request.Headers.TryAddWithoutValidation("baggage", baggage);

        using var response = await sidecar.Client.SendAsync(request);

        (response.StatusCode, await response.Content.ReadAsStringAsync()).Should().Be((System.Net.HttpStatusCode.BadRequest, $"invalid baggage header: {problem}\n"));
    }

    [Fact]
    public async Task GrpcCall_Exporting_TellsWhatItsMessageIsAbout()
    {
        var spans = new ConcurrentQueue<JsonElement>();
        await using var collector = await CollectAsync(spans);
        await using var sidecar = await TestSidecar.StartAsync(options => options, configuration: Exporting(collector));
        using var client = new GrpcTestClient(new Uri($"http://127.0.0.1:{sidecar.Runtime.GrpcPort}"));

        await client.Invoking(own => own.CallAsync<GetStateRequest, GetStateResponse>("/dapr.proto.runtime.v1.Dapr/GetState", new GetStateRequest { StoreName = "none", Key = "k" })).Should().ThrowAsync<GrpcException>();

        await Eventually.TrueAsync(() => !spans.IsEmpty, "the span is exported");
        var span = spans.Single();
        span.GetProperty("name").GetString().Should().Be("/dapr.proto.runtime.v1.dapr/getstate");
        var tags = span.GetProperty("tags").EnumerateObject().ToDictionary(tag => tag.Name, tag => tag.Value.GetString());
        tags.Should().Contain("db.name", "none").And.Contain("db.system", "state").And.Contain("rpc.service", "Dapr").And.Contain("dapr.protocol", "grpc");
    }

    [Theory]
    [InlineData(true, "/v1.0/publish/bulk/events/t")]
    [InlineData(false, "/dapr.proto.runtime.v1.dapr/bulkpublishevent/")]
    public async Task BulkPublish_Exporting_EachEntryHasASpanOfItsOwn(bool overHttp, string name)
    {
        var spans = new ConcurrentQueue<JsonElement>();
        await using var collector = await CollectAsync(spans);
        await using var sidecar = await TestSidecar.StartAsync(options => options, [Support.RunningSidecar.Component("events", "pubsub.in-memory")], Exporting(collector));
        if (overHttp)
        {
            using var entries = new StringContent("""[{"entryId":"1","event":"a","contentType":"text/plain"},{"entryId":"2","event":"b","contentType":"text/plain"}]""");
            await sidecar.Client.PostAsync("v1.0/publish/bulk/events/t", entries);
        }
        else
        {
            using var client = new GrpcTestClient(new Uri($"http://127.0.0.1:{sidecar.Runtime.GrpcPort}"));
            await client.CallAsync<BulkPublishRequest, BulkPublishResponse>(
                "/dapr.proto.runtime.v1.Dapr/BulkPublishEvent",
                new BulkPublishRequest { PubsubName = "events", Topic = "t", Entries = { new BulkPublishRequestEntry { EntryId = "1" }, new BulkPublishRequestEntry { EntryId = "2" } } });
        }

        await Eventually.TrueAsync(() => spans.Count == 3, "the spans are exported");
        var request = spans.Single(span => span.GetProperty("kind").GetString() == "CLIENT");
        spans.Where(span => span.GetProperty("kind").GetString() == "PRODUCER")
            .Select(span => (span.GetProperty("name").GetString(), span.GetProperty("parentId").GetString()))
            .Should().Equal((name, request.GetProperty("id").GetString()), (name, request.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Proxy_Exporting_MakesASpanOnEachSideOfOneTrace()
    {
        var spans = new ConcurrentQueue<JsonElement>();
        await using var collector = await CollectAsync(spans);
        var run = new RunScope();
        string? seen = null;
        await using var app = await GrpcTestServer.StartAsync(GrpcMethod.Unary<Empty, Empty>("/my.Service/Say", (word, call) =>
        {
            seen = call.Metadata("traceparent");
            return Task.FromResult(word);
        }));
        await using var callee = await TestSidecar.StartAsync(options => options with { AppId = "callee", Run = run, AppPort = app.Port, AppProtocol = "grpc" }, configuration: Exporting(collector));
        await using var caller = await TestSidecar.StartAsync(options => options with { AppId = "caller", Run = run }, configuration: Exporting(collector));
        using var client = new GrpcTestClient(new Uri($"http://127.0.0.1:{caller.Runtime.GrpcPort}")) { Metadata = { ["dapr-app-id"] = "callee", ["traceparent"] = Incoming } };

        await client.CallAsync<Empty, Empty>("/my.Service/Say", new Empty());

        await Eventually.TrueAsync(() => spans.Count(span => span.GetProperty("name").GetString() == "/my.service/say") == 2, "both spans are exported");
        var (near, far) = (Of("CLIENT"), Of("SERVER"));
        near.GetProperty("parentId").GetString().Should().Be("b7ad6b7169203331");
        far.GetProperty("parentId").GetString().Should().Be(near.GetProperty("id").GetString());
        far.GetProperty("localEndpoint").GetProperty("serviceName").GetString().Should().Be("callee");
        seen.Should().Be($"00-{Trace}-{near.GetProperty("id").GetString()}-01");

        JsonElement Of(string kind) => spans.Single(span => span.GetProperty("name").GetString() == "/my.service/say" && span.GetProperty("kind").GetString() == kind);
    }

    private static Task<FakeApp> CollectAsync(ConcurrentQueue<JsonElement> spans) => FakeApp.StartAsync(async context =>
    {
        foreach (var span in (await JsonDocument.ParseAsync(context.Request.Body)).RootElement.EnumerateArray())
        {
            spans.Enqueue(span);
        }
    });

    private static string Exporting(FakeApp collector) => $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Configuration
        metadata:
          name: c
        spec:
          tracing:
            samplingRate: "1"
            zipkin:
              endpointAddress: http://127.0.0.1:{{collector.Port}}/api/v2/spans
        """;

    private static async Task<string> TraceParentAsync(TestSidecar sidecar, string callee, string? traceParent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"v1.0/invoke/{callee}/method/pay/1");
        if (traceParent is not null)
        {
            request.Headers.Add("traceparent", traceParent);
        }

        using var response = await sidecar.Client.SendAsync(request);
        return response.Headers.GetValues("traceparent").Single();
    }
}
