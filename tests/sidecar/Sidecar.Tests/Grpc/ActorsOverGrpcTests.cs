using Dapr.Proto.Common.V1;
using Dapr.Proto.Runtime.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Api.Grpc;
using Sidecar.Components;
using Sidecar.Tests.Actors;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Grpc;

/// <summary>Actors called, kept and woken over gRPC.</summary>
public sealed class ActorsOverGrpcTests : IAsyncLifetime
{
    private const string Dapr = "/dapr.proto.runtime.v1.Dapr/";
    private ActorApp _app = null!;
    private RunningSidecar _sidecar = null!;
    private GrpcTestClient _client = null!;

    public async Task InitializeAsync()
    {
        _app = await ActorApp.StartAsync("""{"entities":["Cart"]}""");
        _sidecar = await RunningSidecar.StartAsync(new RunScope(), "carts", _app.Port, ActorApp.Store);
        _client = new GrpcTestClient(_sidecar.GrpcAddress);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _sidecar.DisposeAsync();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task InvokeActor_HostedType_CallsTheAppAndGivesItsBytes()
    {
        var answer = await InvokeAsync("1", "add", ("x-own", "yes"), ("dapr-caller-app-id", "somebody-else"));

        answer.Data.ToStringUtf8().Should().Be("done");
        _app.At("/actors/Cart/1/method/add").Should().Equal("body");
        var headers = _app.App.Seen[^1].Headers;
        (headers["x-own"], headers["dapr-caller-app-id"]).Should().Be(("yes", "carts"));
    }

    [Theory]
    [InlineData("Cart", "a/b", "m", "InvalidArgument", "invalid actorId: name contains forbidden character: \"a/b\"")]
    [InlineData("Ca#rt", "1", "m", "InvalidArgument", "invalid actorType: name contains forbidden character: \"Ca#rt\"")]
    [InlineData("Cart", "1", "m?x", "InvalidArgument", "invalid actor method: method contains forbidden character: \"m?x\"")]
    public async Task InvokeActor_BadName_IsRefused(string type, string id, string method, string code, string message)
    {
        var act = () => _client.CallAsync<InvokeActorRequest, InvokeActorResponse>(Dapr + "InvokeActor", new InvokeActorRequest { ActorType = type, ActorId = id, Method = method });

        (await act.Should().ThrowAsync<GrpcException>()).Which.Status.Should().BeEquivalentTo(new GrpcStatus(System.Enum.Parse<GrpcCode>(code), message));
    }

    [Fact]
    public async Task State_TransactionOfBytes_IsReadAsWritten()
    {
        byte[] bytes = [0, 1, 255];
        await InvokeAsync("1", "wake");

        await TransactAsync("1", Upsert("a", bytes), Upsert("gone", [7]), new TransactionalActorStateOperation { OperationType = "delete", Key = "gone" });

        (await ReadAsync("1", "a")).Should().Equal(bytes);
        (await ReadAsync("1", "gone")).Should().BeEmpty();
    }

    [Fact]
    public async Task State_Transaction_FailsAsInDapr()
    {
        (await FailureOf(TransactAsync("asleep", Upsert("a", [1])))).Should().BeEquivalentTo(new GrpcStatus(GrpcCode.Internal, "actor instance is missing"));
        await InvokeAsync("2", "wake");
        (await FailureOf(TransactAsync("2", Upsert("", [1])))).Should().BeEquivalentTo(new GrpcStatus(GrpcCode.Internal, "error saving actor transaction state: missing key"));
        var strange = await FailureOf(TransactAsync("2", new TransactionalActorStateOperation { OperationType = "strange", Key = "a" }));
        (strange.Code, strange.Message).Should().Be((GrpcCode.Unimplemented, "operation type strange not supported"));
        (await FailureOf(ReadAsync("dapr.internal.x", "1", "a"))).Code.Should().Be(GrpcCode.PermissionDenied);
    }

    [Fact]
    public async Task Timer_WithBytes_FiresWithBase64UntilRemoved()
    {
        await SendAsync("RegisterActorTimer", new RegisterActorTimerRequest { ActorType = "Cart", ActorId = "1", Name = "t", DueTime = "0s", Period = "1h", Callback = "cb", Data = ByteString.CopyFromUtf8("hi") });

        await Eventually.TrueAsync(() => _app.At("/actors/Cart/1/method/timer/t").Any(), "the timer fires");
        _app.At("/actors/Cart/1/method/timer/t").First().Should().Be("""{"callback":"cb","data":"aGk=","dueTime":"0s","period":"1h"}""");
        await SendAsync("UnregisterActorTimer", new UnregisterActorTimerRequest { ActorType = "Cart", ActorId = "1", Name = "t" });
    }

    [Fact]
    public async Task Reminder_Registered_FiresIsListedAndRemovedByType()
    {
        await AddReminderAsync("1", "now", "0s");
        await AddReminderAsync("1", "later", "1h");
        await AddReminderAsync("2", "later", "2h");

        await Eventually.TrueAsync(() => _app.At("/actors/Cart/1/method/remind/now").Any(), "the reminder fires");
        _app.At("/actors/Cart/1/method/remind/now").First().Should().Contain("\"data\":\"aGk=\"");
        await Eventually.TrueAsync(async () => (await ListAsync(null)).Count() == 2, "one that has fired is gone");
        (await ListAsync(null)).Should().BeEquivalentTo("1/later/1h", "2/later/2h");
        (await ListAsync("2")).Should().Equal("2/later/2h");
        var got = await _client.CallAsync<GetActorReminderRequest, GetActorReminderResponse>(Dapr + "GetActorReminder", new GetActorReminderRequest { ActorType = "Cart", ActorId = "1", Name = "later" });
        (got.ActorType, got.ActorId, got.DueTime, got.Data.Unpack<BytesValue>().Value.ToStringUtf8()).Should().Be(("Cart", "1", "1h", "\"aGk=\""));

        await _client.CallAsync<UnregisterActorRemindersByTypeRequest, UnregisterActorRemindersByTypeResponse>(Dapr + "UnregisterActorRemindersByType", new UnregisterActorRemindersByTypeRequest { ActorType = "Cart", ActorId = "1" });
        (await ListAsync(null)).Should().Equal("2/later/2h");
        await SendAsync("UnregisterActorReminder", new UnregisterActorReminderRequest { ActorType = "Cart", ActorId = "2", Name = "later" });
        (await ListAsync(null)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("Cart", "", "InvalidArgument", "invalid request: reminder name cannot be empty")]
    [InlineData("Cart", "a/b", "InvalidArgument", "invalid request: name contains forbidden character: \"a/b\"")]
    [InlineData("Other", "r", "PermissionDenied", "operations on actor reminders are only possible on hosted actor types")]
    public async Task Reminder_NotPossible_IsRefused(string type, string name, string code, string message)
    {
        var status = await FailureOf(SendAsync("RegisterActorReminder", new RegisterActorReminderRequest { ActorType = type, ActorId = "1", Name = name, DueTime = "1h" }));

        status.Should().BeEquivalentTo(new GrpcStatus(System.Enum.Parse<GrpcCode>(code), message));
    }

    [Fact]
    public async Task Reminder_NotToBeOverwritten_AlreadyExists()
    {
        await AddReminderAsync("1", "once", "1h");

        var again = new RegisterActorReminderRequest { ActorType = "Cart", ActorId = "1", Name = "once", DueTime = "2h", Overwrite = false, FailurePolicy = new JobFailurePolicy { Drop = new JobFailurePolicyDrop() } };
        (await FailureOf(SendAsync("RegisterActorReminder", again))).Should().BeEquivalentTo(new GrpcStatus(GrpcCode.AlreadyExists, "actor reminder already exists: once"));
    }

    private static TransactionalActorStateOperation Upsert(string key, byte[] value) =>
        new() { OperationType = "upsert", Key = key, Value = new Any { Value = ByteString.CopyFrom(value) } };

    private static async Task<GrpcStatus> FailureOf(Task call)
    {
        var act = () => call;
        return (await act.Should().ThrowAsync<GrpcException>()).Which.Status;
    }

    private Task<InvokeActorResponse> InvokeAsync(string id, string method, params (string Name, string Value)[] metadata) => _client.CallAsync<InvokeActorRequest, InvokeActorResponse>(
        Dapr + "InvokeActor",
        new InvokeActorRequest { ActorType = "Cart", ActorId = id, Method = method, Data = ByteString.CopyFromUtf8("body"), Metadata = { metadata.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal) } });

    private Task TransactAsync(string id, params TransactionalActorStateOperation[] operations) =>
        SendAsync("ExecuteActorStateTransaction", new ExecuteActorStateTransactionRequest { ActorType = "Cart", ActorId = id, Operations = { operations } });

    private Task<byte[]> ReadAsync(string id, string key) => ReadAsync("Cart", id, key);

    private async Task<byte[]> ReadAsync(string type, string id, string key) =>
        (await _client.CallAsync<GetActorStateRequest, GetActorStateResponse>(Dapr + "GetActorState", new GetActorStateRequest { ActorType = type, ActorId = id, Key = key })).Data.ToByteArray();

    private Task AddReminderAsync(string id, string name, string due) =>
        SendAsync("RegisterActorReminder", new RegisterActorReminderRequest { ActorType = "Cart", ActorId = id, Name = name, DueTime = due, Data = ByteString.CopyFromUtf8("hi") });

    private async Task<IEnumerable<string>> ListAsync(string? id)
    {
        var request = new ListActorRemindersRequest { ActorType = "Cart" };
        if (id is not null)
        {
            request.ActorId = id;
        }

        var answer = await _client.CallAsync<ListActorRemindersRequest, ListActorRemindersResponse>(Dapr + "ListActorReminders", request);
        return answer.Reminders.Select(entry => $"{entry.Reminder.ActorId}/{entry.Name}/{entry.Reminder.DueTime}");
    }

    private Task SendAsync<T>(string call, T request)
        where T : IMessage<T> => _client.CallAsync<T, Empty>(Dapr + call, request);
}
