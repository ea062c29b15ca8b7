using Dapr.Proto.Runtime.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Api.Grpc;
using Sidecar.Components;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Grpc;

/// <summary>Bindings, locks and configuration over gRPC.</summary>
public sealed class BlocksOverGrpcTests
{
    private const string Dapr = "/dapr.proto.runtime.v1.Dapr/";

    [Fact]
    public async Task InvokeBinding_LocalStorage_WritesAndReadsBytes()
    {
        var folder = Directory.CreateTempSubdirectory("binding-");
        await using var sidecar = await RunningSidecar.StartAsync(new RunScope(), "app", appPort: null, RunningSidecar.Component("files", "bindings.localstorage", ("rootPath", folder.FullName)));
        using var client = new GrpcTestClient(sidecar.GrpcAddress);
        byte[] bytes = [0, 1, 255];

        await Call("create", bytes);
        var read = await Call("get", []);

        read.Data.ToByteArray().Should().Equal(bytes);
        folder.Delete(recursive: true);

        Task<InvokeBindingResponse> Call(string operation, byte[] data) => client.CallAsync<InvokeBindingRequest, InvokeBindingResponse>(
            Dapr + "InvokeBinding",
            new InvokeBindingRequest { Name = "files", Operation = operation, Data = ByteString.CopyFrom(data), Metadata = { ["fileName"] = "f" } });
    }

    [Theory]
    [InlineData("TryLockAlpha1", "lock store is not configured")]
    [InlineData("GetConfiguration", "configuration stores not configured")]
    public async Task Call_NoComponent_FailsAsPrecondition(string call, string message)
    {
        await using var sidecar = await RunningSidecar.StartAsync(new RunScope(), "app", appPort: null);
        using var client = new GrpcTestClient(sidecar.GrpcAddress);
        var request = new TryLockRequest { StoreName = "s", ResourceId = "r", LockOwner = "o", ExpiryInSeconds = 5 };

        using var response = await client.SendAsync(Dapr + call, GrpcTestClient.Frame(call == "TryLockAlpha1" ? request.ToByteArray() : []));

        var status = GrpcTestClient.StatusOf(response);
        (status.Code, status.Message).Should().Be((GrpcCode.FailedPrecondition, message));
    }

    [Fact]
    public async Task InputBinding_GrpcAppListsIt_GetsEvents()
    {
        var seen = new TaskCompletionSource<BindingEventRequest>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await GrpcTestServer.StartAsync(
            GrpcMethod.Unary<Empty, ListInputBindingsResponse>("/dapr.proto.runtime.v1.AppCallback/ListInputBindings", (_, _) => Task.FromResult(new ListInputBindingsResponse { Bindings = { "tick" } })),
            GrpcMethod.Unary<BindingEventRequest, BindingEventResponse>("/dapr.proto.runtime.v1.AppCallback/OnBindingEvent", (request, _) =>
            {
                seen.TrySetResult(request);
                return Task.FromResult(new BindingEventResponse());
            }));
        await using var sidecar = await RunningSidecar.StartAsync(
            new SidecarOptions { AppId = "app", AppPort = app.Port, AppProtocol = "grpc" },
            RunningSidecar.Component("tick", "bindings.cron", ("schedule", "@every 1s")));

        (await seen.Task.WaitAsync(TimeSpan.FromSeconds(20))).Name.Should().Be("tick");
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task InputBinding_GrpcAppIsSlowToListIt_IsAskedAgain()
    {
        var asked = 0;
        await using var app = await GrpcTestServer.StartAsync(
            GrpcMethod.Unary<Empty, ListInputBindingsResponse>("/dapr.proto.runtime.v1.AppCallback/ListInputBindings", async (_, call) =>
            {
                if (Interlocked.Increment(ref asked) == 1)
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, call.Cancellation);
                }

                return new ListInputBindingsResponse();
            }));

        // It becomes ready: the app that did not answer in time was asked a second time.
        await using var sidecar = await RunningSidecar.StartAsync(
            new SidecarOptions { AppId = "app", AppPort = app.Port, AppProtocol = "grpc" },
            RunningSidecar.Component("tick", "bindings.cron", ("schedule", "@every 1h")));

        asked.Should().Be(2);
    }
}
