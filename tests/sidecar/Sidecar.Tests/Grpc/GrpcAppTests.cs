using System.Collections.Concurrent;
using Dapr.Proto.Common.V1;
using Dapr.Proto.Runtime.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Api.Grpc;
using Sidecar.Components;
using Sidecar.Tests.Hosting;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Grpc;

/// <summary>Apps of protocol gRPC: called by OnInvoke, told of events, proxied to.</summary>
public sealed class GrpcAppTests
{
    private const string Dapr = "/dapr.proto.runtime.v1.Dapr/";
    private const string Callback = "/dapr.proto.runtime.v1.AppCallback/";
    private static readonly string PubSub = RunningSidecar.Component("events", "pubsub.in-memory");

    [Fact]
    public async Task Invoke_OverHttp_ReachesOnInvoke()
    {
        var seen = new TaskCompletionSource<InvokeRequest>();
        await using var app = await GrpcTestServer.StartAsync(GrpcMethod.Unary<InvokeRequest, InvokeResponse>(Callback + "OnInvoke", (request, _) =>
        {
            seen.TrySetResult(request);
            return Task.FromResult(new InvokeResponse { ContentType = "text/x", Data = new Any { Value = ByteString.CopyFromUtf8("hello") } });
        }));
        await using var sidecar = await StartAsync("app", app.Port);

        var (status, body, response) = await sidecar.SendAsync("POST", "/v1.0/invoke/app/method/a/b?x=1", "{}");

        (status, body, response.Content.Headers.ContentType!.ToString()).Should().Be((200, "hello", "text/x"));
        var request = await seen.Task;
        (request.Method, request.HttpExtension.Verb, request.HttpExtension.Querystring, request.ContentType, request.Data.Value.ToStringUtf8())
            .Should().Be(("a/b", HTTPExtension.Types.Verb.Post, "x=1", "application/json", "{}"));
    }

    [Theory]
    [InlineData(5, 404)]
    [InlineData(3, 400)]
    [InlineData(13, 500)]
    [InlineData(14, 503)]
    public async Task Invoke_AppFails_StatusIsTranslated(int code, int expected)
    {
        await using var app = await GrpcTestServer.StartAsync(GrpcMethod.Unary<InvokeRequest, InvokeResponse>(Callback + "OnInvoke", (_, _) => throw new GrpcException((GrpcCode)code, "no luck")));
        await using var sidecar = await StartAsync("app", app.Port);

        var (status, body, _) = await sidecar.SendAsync("GET", "/v1.0/invoke/app/method/x");

        (status, body).Should().Be((expected, $$"""{"code":{{code}},"message":"no luck"}"""));
    }

    [Fact]
    public async Task InvokeService_GrpcAppFails_CallerGetsItsStatus()
    {
        await using var app = await GrpcTestServer.StartAsync(GrpcMethod.Unary<InvokeRequest, InvokeResponse>(Callback + "OnInvoke", (_, _) => throw new GrpcException(GrpcCode.DataLoss, "gone")));
        await using var sidecar = await StartAsync("app", app.Port);
        using var client = new GrpcTestClient(sidecar.GrpcAddress);

        var act = () => client.CallAsync<InvokeServiceRequest, InvokeResponse>(Dapr + "InvokeService", new InvokeServiceRequest { Id = "app", Message = new InvokeRequest { Method = "m" } });

        (await act.Should().ThrowAsync<GrpcException>()).Which.Status.Should().BeEquivalentTo(new GrpcStatus(GrpcCode.DataLoss, "gone"));
    }

    [Fact]
    public async Task Invoke_NobodyListens_IsTheStatusOfAnAppThatIsUnavailable()
    {
        var port = FreePort.Next();
        await using var sidecar = await TestSidecar.StartAsync(options => options with { AppPort = port, AppProtocol = "grpc" }, waitUntilReady: false);

        using var response = await sidecar.Client.GetAsync("v1.0/invoke/app/method/x");

        ((int)response.StatusCode, await response.Content.ReadAsStringAsync()).Should().Be(
            (503, $$"""{"code":14,"message":"connection error: desc = \"transport: Error while dialing: dial tcp 127.0.0.1:{{port}}: connect: connection refused\""}"""));
    }

    [Fact]
    public async Task InvokeService_DataThatNameTheirMessage_KeepTheNameBothWays()
    {
        InvokeRequest? seen = null;
        await using var app = await GrpcTestServer.StartAsync(GrpcMethod.Unary<InvokeRequest, InvokeResponse>(Callback + "OnInvoke", (request, _) =>
        {
            seen = request;
            return Task.FromResult(new InvokeResponse { ContentType = "text/x", Data = Any.Pack(new StringValue { Value = "back" }) });
        }));
        await using var sidecar = await StartAsync("app", app.Port);
        using var client = new GrpcTestClient(sidecar.GrpcAddress);

        var message = new InvokeRequest { Method = "a/../m", Data = Any.Pack(new StringValue { Value = "there" }) };
        var answer = await client.CallAsync<InvokeServiceRequest, InvokeResponse>(Dapr + "InvokeService", new InvokeServiceRequest { Id = "app", Message = message });
        var (_, _, response) = await sidecar.SendAsync("GET", "/v1.0/invoke/app/method/m");

        (answer.ContentType, answer.Data.Unpack<StringValue>().Value).Should().Be(("text/x", "back"));
        response.Content.Headers.ContentType!.ToString().Should().Be("application/x-protobuf");
        (seen!.Method, seen.Data).Should().Be(("m", new Any()), "a call without data has empty ones");
    }

    [Fact]
    public async Task InvokeService_DataThatNameTheirMessage_AreProtobufForAnHttpApp()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await RunningSidecar.StartAsync(new RunScope(), "app", app.Port);
        using var client = new GrpcTestClient(sidecar.GrpcAddress);
        var message = new InvokeRequest { Method = "m", ContentType = "text/x", Data = Any.Pack(new StringValue { Value = "there" }), HttpExtension = new HTTPExtension { Verb = HTTPExtension.Types.Verb.Post } };

        await client.CallAsync<InvokeServiceRequest, InvokeResponse>(Dapr + "InvokeService", new InvokeServiceRequest { Id = "app", Message = message });

        app.Seen.Single().Headers["content-type"].Should().Be("application/x-protobuf");
    }

    [Fact]
    public async Task Proxy_AppOfAnotherSidecar_GetsCallAsItIs()
    {
        var run = new RunScope();
        string? caller = null;
        await using var app = await GrpcTestServer.StartAsync(GrpcMethod.Duplex("/my.Service/Talk", async call =>
        {
            caller = call.Metadata("dapr-caller-app-id");
            await call.SendHeadersAsync();
            while (await call.TryReadAsync<StringValue>() is { } word)
            {
                await call.WriteAsync(new StringValue { Value = word.Value + "!" });
            }
        }));
        await using var callee = await StartAsync("callee", app.Port, run);
        await using var sidecar = await RunningSidecar.StartAsync(run, "caller", appPort: null);
        using var client = new GrpcTestClient(sidecar.GrpcAddress) { Metadata = { ["dapr-app-id"] = "callee" } };

        var answer = await client.CallAsync<StringValue, StringValue>("/my.Service/Talk", new StringValue { Value = "hi" });

        (answer.Value, caller).Should().Be(("hi!", "caller"));
    }

    [Fact]
    public async Task Proxy_AppRefuses_CallerGetsItsStatus()
    {
        await using var app = await GrpcTestServer.StartAsync(GrpcMethod.Duplex("/my.Service/Talk", _ => throw new GrpcException(GrpcCode.FailedPrecondition, "not now")));
        await using var sidecar = await StartAsync("app", app.Port);
        using var client = new GrpcTestClient(sidecar.GrpcAddress) { Metadata = { ["dapr-app-id"] = "app" } };

        var act = () => client.CallAsync<StringValue, StringValue>("/my.Service/Talk", new StringValue());

        (await act.Should().ThrowAsync<GrpcException>()).Which.Status.Should().BeEquivalentTo(new GrpcStatus(GrpcCode.FailedPrecondition, "not now"));
    }

    [Fact]
    public async Task Event_WithoutContentType_KeepsItsData()
    {
        var events = new ConcurrentQueue<TopicEventRequest>();
        await using var app = await GrpcTestServer.StartAsync(Subscriptions("t"), OnTopicEvent(events));
        await using var sidecar = await StartAsync("app", app.Port);

        await sidecar.SendAsync("POST", "/v1.0/publish/events/t", """{"specversion":"1.0","type":"my","source":"s","id":"1","data":{"q":1}}""", "application/cloudevents+json");

        await Eventually.TrueAsync(() => Task.FromResult(!events.IsEmpty), "the event arrives");
        events.Single().Data.ToStringUtf8().Should().Be("""{"q":1}""");
    }

    [Fact]
    public async Task BulkSubscription_AppWithOlderCall_GetsEnvelopeThere()
    {
        var seen = new TaskCompletionSource<TopicEventBulkRequest>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await GrpcTestServer.StartAsync(
            Subscriptions("t", bulk: true),
            GrpcMethod.Unary<TopicEventBulkRequest, TopicEventBulkResponse>("/dapr.proto.runtime.v1.AppCallbackAlpha/OnBulkTopicEventAlpha1", (request, _) =>
            {
                seen.TrySetResult(request);
                return Task.FromResult(new TopicEventBulkResponse { Statuses = { new TopicEventBulkResponseEntry { EntryId = request.Entries[0].EntryId } } });
            }));
        await using var sidecar = await StartAsync("app", app.Port);

        await sidecar.SendAsync("POST", "/v1.0/publish/events/t", """{"a":1}""");

        var bulk = await seen.Task.WaitAsync(TimeSpan.FromSeconds(20));
        (bulk.Topic, bulk.Entries.Single().CloudEvent.Data.ToStringUtf8()).Should().Be(("t", """{"a":1}"""));
    }

    [Fact]
    public async Task Stream_ClosedBeforeItAnswered_EventComesAgain()
    {
        var run = new RunScope();
        await using var sidecar = await RunningSidecar.StartAsync(run, "app", appPort: null, PubSub);
        await using (var first = await SubscriberStream.OpenAsync(sidecar.GrpcAddress, "events", "t"))
        {
            await sidecar.SendAsync("POST", "/v1.0/publish/events/t", "{}");
            (await first.NextAsync()).EventMessage.Topic.Should().Be("t");
        }

        await using var second = await SubscriberStream.OpenAsync(sidecar.GrpcAddress, "events", "t");

        var again = (await second.NextAsync()).EventMessage;
        again.Data.ToStringUtf8().Should().Be("{}");
        await second.AnswerAsync(again.Id, TopicEventResponse.Types.TopicEventResponseStatus.Success);
    }

    private static Task<RunningSidecar> StartAsync(string appId, int port, RunScope? run = null) =>
        RunningSidecar.StartAsync(new SidecarOptions { AppId = appId, AppPort = port, AppProtocol = "grpc", Run = run ?? new RunScope() }, PubSub);

    private static GrpcMethod Subscriptions(string topic, bool bulk = false) => GrpcMethod.Unary<Empty, ListTopicSubscriptionsResponse>(
        Callback + "ListTopicSubscriptions",
        (_, _) => Task.FromResult(new ListTopicSubscriptionsResponse { Subscriptions = { new TopicSubscription { PubsubName = "events", Topic = topic, BulkSubscribe = new BulkSubscribeConfig { Enabled = bulk } } } }));

    private static GrpcMethod OnTopicEvent(ConcurrentQueue<TopicEventRequest> events) => GrpcMethod.Unary<TopicEventRequest, TopicEventResponse>(
        Callback + "OnTopicEvent",
        (request, _) =>
        {
            events.Enqueue(request);
            return Task.FromResult(new TopicEventResponse());
        });
}
