using System.IO.Pipelines;
using Dapr.DurableTask.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sidecar.Api.Grpc;

namespace Sidecar.Tests.Grpc;

public sealed class GrpcServerTests
{
    private const string Path = "/Test/Call";

    [Fact]
    public async Task Unary_HandlerAnswers_MessageAndOkInTrailers()
    {
        await using var server = await GrpcTestServer.StartAsync(GrpcMethod.Unary<RaiseEventRequest, CreateInstanceResponse>(Path, (request, _) => Task.FromResult(new CreateInstanceResponse { InstanceId = request.Name })));

        var answer = await server.Client.CallAsync<RaiseEventRequest, CreateInstanceResponse>(Path, new RaiseEventRequest { Name = "héllo" });

        answer.InstanceId.Should().Be("héllo");
    }

    [Fact]
    public async Task Unary_HandlerFails_TrailersOnlyResponseWithEncodedMessage()
    {
        await using var server = await GrpcTestServer.StartAsync(Failing(new GrpcException(GrpcCode.NotFound, "no such ünstance: 100 %")));

        using var response = await server.Client.SendAsync(Path, GrpcTestClient.Frame([]));

        response.Headers.Contains("grpc-status").Should().BeTrue("a failure before any message is trailers-only");
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/grpc");
        GrpcTestClient.StatusOf(response).Should().Be(new GrpcStatus(GrpcCode.NotFound, "no such ünstance: 100 %"));
    }

    [Fact]
    public async Task Unary_HandlerThrows_UnknownWithoutTheText()
    {
        await using var server = await GrpcTestServer.StartAsync(Failing(new InvalidOperationException("secret detail")));

        using var response = await server.Client.SendAsync(Path, GrpcTestClient.Frame([]));

        var status = GrpcTestClient.StatusOf(response);
        status.Code.Should().Be(GrpcCode.Unknown);
        status.Message.Should().NotContain("secret");
    }

    [Fact]
    public async Task Call_UnknownMethod_Unimplemented()
    {
        await using var server = await GrpcTestServer.StartAsync();

        using var response = await server.Client.SendAsync("/Some.Service/Nope", GrpcTestClient.Frame([]));

        GrpcTestClient.StatusOf(response).Should().Be(new GrpcStatus(GrpcCode.Unimplemented, "unknown method Nope for service Some.Service"));
    }

    [Fact]
    public async Task TryReadAsync_StreamResetBeforeTheCallIsCancelled_IsTheClientsCancellation()
    {
        var context = new DefaultHttpContext();
        var body = new Pipe();
        await body.Writer.CompleteAsync(new IOException("The client reset the request stream."));
        context.Features.Set<IRequestBodyPipeFeature>(new Body(body.Reader));
        var call = new GrpcCall(context, maxMessageSize: 100, CancellationToken.None);

        var read = () => call.TryReadAsync<RaiseEventRequest>();

        (await read.Should().ThrowAsync<GrpcException>()).Which.Status.Should().Be(new GrpcStatus(GrpcCode.Cancelled, "context canceled"));
    }

    [Fact]
    public async Task Call_DeadlinePasses_DeadlineExceededAndHandlerCancelled()
    {
        var cancelled = new TaskCompletionSource();
        await using var server = await GrpcTestServer.StartAsync(GrpcMethod.Unary<RaiseEventRequest, RaiseEventResponse>(Path, async (_, call) =>
        {
            call.Cancellation.Register(cancelled.SetResult);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, call.Cancellation);
            return new RaiseEventResponse();
        }));

        var call = () => server.Client.CallAsync<RaiseEventRequest, RaiseEventResponse>(Path, new RaiseEventRequest(), TimeSpan.FromMilliseconds(50));

        (await call.Should().ThrowAsync<GrpcException>()).Which.Status.Code.Should().Be(GrpcCode.DeadlineExceeded);
        await cancelled.Task;
    }

    [Fact]
    public async Task Call_ClientGoesAway_HandlerCancelled()
    {
        var entered = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using var server = await GrpcTestServer.StartAsync(GrpcMethod.ServerStreaming<GetWorkItemsRequest>(Path, async (_, call) =>
        {
            call.Cancellation.Register(cancelled.SetResult);
            entered.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, call.Cancellation);
        }));

        var response = await server.Client.SendAsync(Path, GrpcTestClient.Frame([]));
        await entered.Task;
        response.Dispose();

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Stream_FailsAfterMessages_StatusInTrailers()
    {
        await using var server = await GrpcTestServer.StartAsync(GrpcMethod.ServerStreaming<GetWorkItemsRequest>(Path, async (_, call) =>
        {
            await call.WriteAsync(new WorkItem { CompletionToken = "1" });
            await call.WriteAsync(new WorkItem { CompletionToken = "2" });
            throw new GrpcException(GrpcCode.Unavailable, "stopping");
        }));

        var seen = new List<string>();
        var read = async () =>
        {
            await foreach (var item in server.Client.StreamAsync<GetWorkItemsRequest, WorkItem>(Path, new GetWorkItemsRequest()))
            {
                seen.Add(item.CompletionToken);
            }
        };

        (await read.Should().ThrowAsync<GrpcException>()).Which.Status.Should().Be(new GrpcStatus(GrpcCode.Unavailable, "stopping"));
        seen.Should().Equal("1", "2");
    }

    [Fact]
    public async Task Call_MessageOverTheLimit_ResourceExhausted()
    {
        await using var server = await GrpcTestServer.StartAsync(new GrpcServerOptions { MaxMessageSize = 1000 }, GrpcMethod.Unary<RaiseEventRequest, RaiseEventResponse>(Path, (_, _) => Task.FromResult(new RaiseEventResponse())));

        var call = () => server.Client.CallAsync<RaiseEventRequest, RaiseEventResponse>(Path, new RaiseEventRequest { Name = new string('x', 1001) });

        (await call.Should().ThrowAsync<GrpcException>()).Which.Status.Code.Should().Be(GrpcCode.ResourceExhausted);
    }

    [Fact]
    public async Task Call_LargeMessage_IsReadAcrossFrames()
    {
        await using var server = await GrpcTestServer.StartAsync(GrpcMethod.Unary<RaiseEventRequest, CreateInstanceResponse>(Path, (request, _) => Task.FromResult(new CreateInstanceResponse { InstanceId = request.Name })));
        var large = new string('y', 3_000_000);

        var answer = await server.Client.CallAsync<RaiseEventRequest, CreateInstanceResponse>(Path, new RaiseEventRequest { Name = large });

        answer.InstanceId.Should().HaveLength(large.Length);
    }

    [Fact]
    public async Task Call_BodyIsNoMessage_Internal()
    {
        await using var server = await GrpcTestServer.StartAsync(Failing(new InvalidOperationException()));

        using var garbled = await server.Client.SendAsync(Path, GrpcTestClient.Frame([0xff, 0xff, 0xff]));
        using var truncated = await server.Client.SendAsync(Path, [0, 0, 0, 0, 9, 1]);
        using var empty = await server.Client.SendAsync(Path, []);
        using var compressed = await server.Client.SendAsync(Path, [1, 0, 0, 0, 0]);

        GrpcTestClient.StatusOf(garbled).Code.Should().Be(GrpcCode.Internal);
        GrpcTestClient.StatusOf(truncated).Code.Should().Be(GrpcCode.Internal);
        GrpcTestClient.StatusOf(empty).Code.Should().Be(GrpcCode.Internal);
        GrpcTestClient.StatusOf(compressed).Code.Should().Be(GrpcCode.Unimplemented);
    }

    [Fact]
    public async Task Call_Refused_StatusOfTheCheck()
    {
        var options = new GrpcServerOptions { Authorize = request => request.Headers.ContainsKey("dapr-api-token") ? null : new GrpcStatus(GrpcCode.Unauthenticated, "no token") };
        await using var server = await GrpcTestServer.StartAsync(options, Failing(new InvalidOperationException()));

        using var response = await server.Client.SendAsync(Path, GrpcTestClient.Frame([]));

        GrpcTestClient.StatusOf(response).Code.Should().Be(GrpcCode.Unauthenticated);
    }

    [Theory]
    [InlineData("5S", 5000)]
    [InlineData("100m", 100)]
    [InlineData("2M", 120_000)]
    [InlineData("1H", 3_600_000)]
    [InlineData("5000u", 5)]
    public void ParseTimeout_UnitGiven_IsRead(string value, int milliseconds) =>
        GrpcHeaders.ParseTimeout(value).Should().Be(TimeSpan.FromMilliseconds(milliseconds));

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("-5S")]
    [InlineData("5x")]
    [InlineData("123456789S")]
    public void ParseTimeout_Malformed_IsNone(string value) => GrpcHeaders.ParseTimeout(value).Should().BeNull();

    private static GrpcMethod Failing(Exception exception) =>
        GrpcMethod.Unary<RaiseEventRequest, RaiseEventResponse>(Path, (_, _) => Task.FromException<RaiseEventResponse>(exception));

    private sealed record Body(PipeReader Reader) : IRequestBodyPipeFeature;
}
