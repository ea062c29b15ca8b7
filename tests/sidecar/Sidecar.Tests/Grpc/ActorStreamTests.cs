using Dapr.Proto.Runtime.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Api.Grpc;
using Sidecar.Components;
using Sidecar.Tests.Actors;
using Sidecar.Tests.Support;
using Request = Dapr.Proto.Runtime.V1.SubscribeActorEventsRequestAlpha1;
using Response = Dapr.Proto.Runtime.V1.SubscribeActorEventsResponseAlpha1;

namespace Sidecar.Tests.Grpc;

/// <summary>Actors of an app that takes their calls on a stream of its own.</summary>
public sealed class ActorStreamTests : IAsyncLifetime
{
    private const string Dapr = "/dapr.proto.runtime.v1.Dapr/";
    private static readonly Request Carts = new() { InitialRequest = new SubscribeActorEventsRequestInitialAlpha1 { Entities = { "Cart" }, ActorIdleTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)) } };
    private RunningSidecar _sidecar = null!;
    private GrpcTestClient _client = null!;

    public async Task InitializeAsync()
    {
        _sidecar = await RunningSidecar.StartAsync(new RunScope(), "carts", appPort: null, ActorApp.Store);
        _client = new GrpcTestClient(_sidecar.GrpcAddress);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _sidecar.DisposeAsync();
    }

    [Fact]
    public async Task Method_OfAnActor_IsAnsweredOnTheStreamAndTheIdleActorLeaves()
    {
        await using var app = await OpenAsync();
        var call = InvokeAsync("add");

        var request = (await app.NextAsync()).InvokeRequest;
        (request.ActorType, request.ActorId, request.Method, request.Data.ToStringUtf8(), request.Metadata["x-own"]).Should().Be(("Cart", "1", "add", "body", "yes"));
        await app.SendAsync(new Request { InvokeResponse = new SubscribeActorEventsRequestInvokeResponseAlpha1 { Id = request.Id, Data = ByteString.CopyFromUtf8("done") } });

        (await call).Data.ToStringUtf8().Should().Be("done");
        var gone = (await app.NextAsync()).DeactivateRequest;
        (gone.ActorType, gone.ActorId).Should().Be(("Cart", "1"));
        await app.SendAsync(new Request { DeactivateResponse = new SubscribeActorEventsRequestDeactivateResponseAlpha1 { Id = gone.Id } });
    }

    [Theory]
    [InlineData(5, "error invoke actor method: actor method not found: add")]
    [InlineData(13, "error invoke actor method: error from actor service: no luck")]
    public async Task Method_AppRefuses_CallerGetsTheReason(int code, string message)
    {
        await using var app = await OpenAsync();
        var call = InvokeAsync("add");

        await app.SendAsync(new Request { RequestFailed = new SubscribeActorEventsRequestFailedAlpha1 { Id = (await app.NextAsync()).InvokeRequest.Id, Code = (uint)code, Message = "no luck" } });

        var act = () => call;
        (await act.Should().ThrowAsync<GrpcException>()).Which.Status.Should().BeEquivalentTo(new GrpcStatus(GrpcCode.Internal, message));
    }

    [Fact]
    public async Task TimerAndReminder_Due_ComeAsMessagesUntilCancelled()
    {
        await using var app = await OpenAsync();
        var data = ByteString.CopyFromUtf8("hi");
        await _client.CallAsync<RegisterActorReminderRequest, Empty>(Dapr + "RegisterActorReminder", new RegisterActorReminderRequest { ActorType = "Cart", ActorId = "1", Name = "r", DueTime = "0s", Period = "1h", Data = data });
        var reminder = (await app.NextAsync()).ReminderRequest;
        (reminder.ActorId, reminder.Name, reminder.Data.Unpack<BytesValue>().Value.ToStringUtf8()).Should().Be(("1", "r", "\"aGk=\""));
        await app.SendAsync(new Request { ReminderResponse = new SubscribeActorEventsRequestReminderResponseAlpha1 { Id = reminder.Id } });

        await _client.CallAsync<RegisterActorTimerRequest, Empty>(Dapr + "RegisterActorTimer", new RegisterActorTimerRequest { ActorType = "Cart", ActorId = "1", Name = "t", DueTime = "0s", Callback = "ring", Data = data });
        var timer = (await app.NextAsync()).TimerRequest;
        (timer.ActorId, timer.Name, timer.Callback, timer.DueTime).Should().Be(("1", "t", "ring", "0s"));
        await app.SendAsync(new Request { TimerResponse = new SubscribeActorEventsRequestReminderResponseAlpha1 { Id = timer.Id, Cancel = true } });
    }

    [Fact]
    public async Task Stream_Ends_TypesAreNoLongerHosted()
    {
        var app = await OpenAsync();
        (await IsHostedAsync()).Should().BeTrue();

        await app.DisposeAsync();

        await Eventually.TrueAsync(async () => !await IsHostedAsync(), "the type is not hosted any more");
    }

    [Fact]
    public async Task Stream_SidecarStops_AppIsToldOfItsActorsAndTheStreamEnds()
    {
        await using var app = await OpenAsync();
        var call = InvokeAsync("add");
        await app.SendAsync(new Request { InvokeResponse = new SubscribeActorEventsRequestInvokeResponseAlpha1 { Id = (await app.NextAsync()).InvokeRequest.Id } });
        await call;

        var stopping = _sidecar.StopAsync();
        await app.SendAsync(new Request { DeactivateResponse = new SubscribeActorEventsRequestDeactivateResponseAlpha1 { Id = (await app.NextAsync()).DeactivateRequest.Id } });

        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
        var act = app.NextAsync;
        await act.Should().ThrowAsync<IOException>();
    }

    [Fact]
    public async Task Stream_OfAnHttpApp_IsRefused()
    {
        await using var app = await ActorApp.StartAsync("{}");
        await using var sidecar = await RunningSidecar.StartAsync(new RunScope(), "http", app.Port, ActorApp.Store);
        using var client = new GrpcTestClient(sidecar.GrpcAddress);

        using var response = await client.SendAsync(Dapr + "SubscribeActorEventsAlpha1", GrpcTestClient.Frame(Carts.ToByteArray()));

        GrpcTestClient.StatusOf(response).Should().BeEquivalentTo(new GrpcStatus(GrpcCode.FailedPrecondition, "actor callback streaming requires a gRPC app channel"));
    }

    private async Task<DuplexStream<Request, Response>> OpenAsync()
    {
        var stream = await DuplexStream<Request, Response>.OpenAsync(_sidecar.GrpcAddress, Dapr + "SubscribeActorEventsAlpha1", Carts);
        (await stream.NextAsync()).InitialResponse.Should().NotBeNull();
        return stream;
    }

    private Task<InvokeActorResponse> InvokeAsync(string method) => _client.CallAsync<InvokeActorRequest, InvokeActorResponse>(
        Dapr + "InvokeActor", new InvokeActorRequest { ActorType = "Cart", ActorId = "1", Method = method, Data = ByteString.CopyFromUtf8("body"), Metadata = { ["x-own"] = "yes" } });

    private async Task<bool> IsHostedAsync()
    {
        using var response = await _client.SendAsync(Dapr + "ListActorReminders", GrpcTestClient.Frame(new ListActorRemindersRequest { ActorType = "Cart" }.ToByteArray()));
        await response.Content.ReadAsByteArrayAsync();
        return GrpcTestClient.StatusOf(response).Code == GrpcCode.Ok;
    }
}
