using Google.Protobuf.WellKnownTypes;
using Sidecar.Api.Grpc;
using Sidecar.Components;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Grpc;

/// <summary>Calls that are proxied to the gRPC app of another sidecar, under the policies of that app.</summary>
public sealed class GrpcProxyTests
{
    private const string Path = "/my.Service/Say";
    private const string Stuck = "/my.Service/SayAndStop";
    private int _calls;

    [Fact]
    public async Task Proxy_FailsTwice_IsRepeatedWithItsMessage()
    {
        await using var run = await StartAsync("retries: { r: { policy: constant, duration: 5ms, maxRetries: 3 } }", "retry: r", FailTwiceAsync);

        (await run.SayAsync("hi")).Value.Should().Be("hi!");

        _calls.Should().Be(3);
    }

    [Fact]
    public async Task Proxy_CodeThatIsNotMatched_IsNotRepeated()
    {
        await using var run = await StartAsync("retries: { r: { policy: constant, duration: 5ms, maxRetries: 3, matching: { gRPCStatusCodes: \"14\" } } }", "retry: r", FailTwiceAsync);

        (await run.RefusedAsync()).Should().BeEquivalentTo(new GrpcStatus(GrpcCode.Aborted, "not yet"));

        _calls.Should().Be(1);
    }

    [Fact]
    public async Task Proxy_AnswerTooLate_IsDeadlineExceeded()
    {
        await using var run = await StartAsync("timeouts: { t: 50ms }", "timeout: t", async (word, call) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, call.Cancellation);
            return word;
        });

        (await run.RefusedAsync()).Code.Should().Be(GrpcCode.DeadlineExceeded);
    }

    [Fact]
    public async Task Proxy_BreakerOpen_ReachesNobody()
    {
        await using var run = await StartAsync("circuitBreakers: { b: { maxRequests: 1, timeout: 1h, trip: consecutiveFailures > 0 } }", "circuitBreaker: b", (_, _) => throw new GrpcException(GrpcCode.Internal, "broken"));

        (await run.RefusedAsync()).Code.Should().Be(GrpcCode.Internal);
        (await run.RefusedAsync()).Should().BeEquivalentTo(new GrpcStatus(GrpcCode.Unknown, "circuit breaker is open"));
    }

    [Theory]
    [InlineData("", "cannot use resiliency policies with retries on streaming RPCs")]
    [InlineData("true", null)]
    public async Task Proxy_SeveralMessagesUnderRetries_NeedToSayThatTheyAreAStream(string stream, string? problem)
    {
        await using var run = await StartAsync("retries: { r: { policy: constant, duration: 5ms, maxRetries: 3 } }", "retry: r");
        run.Client.Metadata["dapr-stream"] = stream;
        var act = () => run.Client.StreamAsync<StringValue, StringValue>("/my.Service/Talk", [new StringValue { Value = "a" }, new StringValue { Value = "b" }]).ToListAsync().AsTask();

        if (problem is null)
        {
            (await act()).Select(word => word.Value).Should().Equal("a!", "b!");
        }
        else
        {
            (await act.Should().ThrowAsync<GrpcException>()).Which.Status.Should().BeEquivalentTo(new GrpcStatus(GrpcCode.FailedPrecondition, problem));
        }
    }

    [Fact]
    public async Task Proxy_BreaksOffAfterAMessage_IsNotRepeatedBehindIt()
    {
        await using var run = await StartAsync("{ retries: { r: { policy: constant, duration: 5ms, maxRetries: 3 } }, timeouts: { t: 1s } }", "retry: r, timeout: t");
        var words = new List<string>();
        var act = async () =>
        {
            await foreach (var word in run.Client.StreamAsync<StringValue, StringValue>(Stuck, [new StringValue { Value = "a" }]))
            {
                words.Add(word.Value);
            }
        };

        await act.Should().ThrowAsync<Exception>();

        words.Should().Equal("a!");
    }

    private Task<StringValue> FailTwiceAsync(StringValue word, GrpcCall call) =>
        Interlocked.Increment(ref _calls) <= 2 ? throw new GrpcException(GrpcCode.Aborted, "not yet") : Task.FromResult(new StringValue { Value = word.Value + "!" });

    private static async Task<Run> StartAsync(string policies, string target, Func<StringValue, GrpcCall, Task<StringValue>>? say = null)
    {
        var scope = new RunScope();
        var app = await GrpcTestServer.StartAsync(
            GrpcMethod.Unary<StringValue, StringValue>(Path, say ?? ((word, _) => Task.FromResult(word))),
            GrpcMethod.Duplex("/my.Service/Talk", async call =>
            {
                while (await call.TryReadAsync<StringValue>() is { } word)
                {
                    await call.WriteAsync(new StringValue { Value = word.Value + "!" });
                }
            }),
            GrpcMethod.Duplex(Stuck, async call =>
            {
                await call.WriteAsync(new StringValue { Value = (await call.TryReadAsync<StringValue>())!.Value + "!" });
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, call.Cancellation);
            }));
        var callee = await RunningSidecar.StartAsync(new SidecarOptions { AppId = "callee", AppPort = app.Port, AppProtocol = "grpc", Run = scope });
        var caller = await RunningSidecar.StartAsync(scope, "caller", appPort: null, $$"""
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata:
              name: r
            spec:
              policies:
                {{policies}}
              targets:
                apps:
                  callee: { {{target}} }
            """);
        return new Run(app, callee, caller);
    }

    private sealed record Run(GrpcTestServer App, RunningSidecar Callee, RunningSidecar Caller) : IAsyncDisposable
    {
        public GrpcTestClient Client { get; } = new(Caller.GrpcAddress) { Metadata = { ["dapr-app-id"] = "callee" } };

        public Task<StringValue> SayAsync(string word) => Client.CallAsync<StringValue, StringValue>(Path, new StringValue { Value = word });

        public async Task<GrpcStatus> RefusedAsync() => (await this.Invoking(run => run.SayAsync("hi")).Should().ThrowAsync<GrpcException>()).Which.Status;

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await Caller.DisposeAsync();
            await Callee.DisposeAsync();
            await App.DisposeAsync();
        }
    }
}
