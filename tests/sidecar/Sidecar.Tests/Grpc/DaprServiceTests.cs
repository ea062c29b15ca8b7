using Dapr.Proto.Common.V1;
using Dapr.Proto.Runtime.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc.Wire;
using Sidecar.Api.Grpc;
using Sidecar.Components;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Grpc;

/// <summary>The Dapr service over a running sidecar.</summary>
public sealed class DaprServiceTests
{
    private const string Dapr = "/dapr.proto.runtime.v1.Dapr/";
    private static readonly string Store = RunningSidecar.Component("store", "state.in-memory");
    private static readonly string PubSub = RunningSidecar.Component("events", "pubsub.in-memory");

    [Fact]
    public async Task State_SavedOverGrpc_IsReadOverBothApis()
    {
        await using var sidecar = await RunningSidecar.StartAsync(new RunScope(), "app", appPort: null, Store);
        using var client = new GrpcTestClient(sidecar.GrpcAddress);
        var save = new SaveStateRequest { StoreName = "store", States = { new StateItem { Key = "k", Value = ByteString.CopyFromUtf8("{\"a\":1}") } } };

        await client.CallAsync<SaveStateRequest, Empty>(Dapr + "SaveState", save);

        var read = await client.CallAsync<GetStateRequest, GetStateResponse>(Dapr + "GetState", new GetStateRequest { StoreName = "store", Key = "k" });
        read.Data.ToStringUtf8().Should().Be("{\"a\":1}");
        read.Etag.Should().NotBeEmpty();
        (await sidecar.SendAsync("GET", "/v1.0/state/store/k")).Body.Should().Be("{\"a\":1}");
    }

    [Fact]
    public async Task SaveState_OtherETag_IsAbortedWithReason()
    {
        await using var sidecar = await RunningSidecar.StartAsync(new RunScope(), "app", appPort: null, Store);
        using var client = new GrpcTestClient(sidecar.GrpcAddress);
        await client.CallAsync<SaveStateRequest, Empty>(Dapr + "SaveState", Save("1", etag: null));

        using var response = await client.SendAsync(Dapr + "SaveState", GrpcTestClient.Frame(Save("2", etag: "77").ToByteArray()));

        GrpcTestClient.StatusOf(response).Code.Should().Be(GrpcCode.Aborted);
        var packed = response.Headers.GetValues("grpc-status-details-bin").Single();
        var status = Google.Rpc.Wire.Status.Parser.ParseFrom(Convert.FromBase64String(packed.PadRight((packed.Length + 3) / 4 * 4, '=')));
        status.Details.Single().Unpack<ErrorInfo>().Reason.Should().Be("ERR_STATE_SAVE");

        static SaveStateRequest Save(string value, string? etag) =>
            new() { StoreName = "store", States = { new StateItem { Key = "k", Value = ByteString.CopyFromUtf8(value), Etag = etag is null ? null : new Etag { Value = etag } } } };
    }

    [Theory]
    [InlineData("{ \"a\" : \"<\" }", "Ok", "", "{\"a\":\"\\u003c\"}")]
    [InlineData("{bad", "Unknown", "invalid character 'b' looking for beginning of object key string", "")]
    [InlineData("1 2", "Unknown", "invalid character '2' after top-level value", "")]
    [InlineData("", "Unknown", "unexpected end of JSON input", "")]
    public async Task SaveState_ValueSaidToBeJson_IsReadAsJson(string value, string code, string message, string stored)
    {
        await using var sidecar = await RunningSidecar.StartAsync(new RunScope(), "app", appPort: null, Store);
        using var client = new GrpcTestClient(sidecar.GrpcAddress);
        var item = new StateItem { Key = "k", Value = ByteString.CopyFromUtf8(value), Metadata = { ["contentType"] = "application/json" } };

        using var response = await client.SendAsync(Dapr + "SaveState", GrpcTestClient.Frame(new SaveStateRequest { StoreName = "store", States = { item } }.ToByteArray()));
        await response.Content.LoadIntoBufferAsync();

        var status = GrpcTestClient.StatusOf(response);
        $"{status.Code} {status.Message}".Should().Be($"{code} {message}");
        (await sidecar.SendAsync("GET", "/v1.0/state/store/k")).Body.Should().Be(stored);
    }

    [Fact]
    public async Task ExecuteStateTransaction_ValueSaidToBeJson_KeepsItsBytes()
    {
        await using var sidecar = await RunningSidecar.StartAsync(new RunScope(), "app", appPort: null, Store);
        using var client = new GrpcTestClient(sidecar.GrpcAddress);
        var item = new StateItem { Key = "k", Value = ByteString.CopyFromUtf8("{ bad"), Metadata = { ["contentType"] = "application/json" } };

        await client.CallAsync<ExecuteStateTransactionRequest, Empty>(
            Dapr + "ExecuteStateTransaction", new ExecuteStateTransactionRequest { StoreName = "store", Operations = { new TransactionalStateOperation { OperationType = "upsert", Request = item } } });

        (await sidecar.SendAsync("GET", "/v1.0/state/store/k")).Body.Should().Be("{ bad");
    }

    [Theory]
    [InlineData("GetState", "Ok")]
    [InlineData("SaveState", "Ok")]
    [InlineData("GetMetadata", "Unimplemented")]
    [InlineData("Shutdown", "Unimplemented")]
    public async Task Call_AllowListOfState_PassesOnlyState(string call, string expected)
    {
        const string Configuration = """
            apiVersion: dapr.io/v1alpha1
            kind: Configuration
            metadata:
              name: cfg
            spec:
              api:
                allowed:
                - name: state
                  version: v1
                  protocol: grpc
            """;
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, Configuration);
        await using var sidecar = await RunningSidecar.StartAsync(new SidecarOptions { AppId = "app", ConfigurationPath = file }, Store);
        using var client = new GrpcTestClient(sidecar.GrpcAddress);

        using var response = await client.SendAsync(Dapr + call, GrpcTestClient.Frame(new GetStateRequest { StoreName = "store" }.ToByteArray()));
        await response.Content.ReadAsByteArrayAsync();

        GrpcTestClient.StatusOf(response).Code.ToString().Should().Be(expected);
        File.Delete(file);
    }

    [Theory]
    [InlineData(null, "Unauthenticated")]
    [InlineData("wrong", "Unauthenticated")]
    [InlineData("right", "Ok")]
    public async Task Call_SidecarWithToken_NeedsIt(string? token, string expected)
    {
        await using var sidecar = await RunningSidecar.StartAsync(new SidecarOptions { AppId = "app", ApiToken = "right" }, Store);
        using var client = new GrpcTestClient(sidecar.GrpcAddress);
        if (token is not null)
        {
            client.Metadata["dapr-api-token"] = token;
        }

        using var response = await client.SendAsync(Dapr + "GetMetadata", GrpcTestClient.Frame([]));
        await response.Content.ReadAsByteArrayAsync();

        GrpcTestClient.StatusOf(response).Code.ToString().Should().Be(expected);
    }

    [Theory]
    [InlineData("/some.Service/Call", "cannot proxy request: missing dapr-callee-app-id or dapr-app-id metadata")]
    [InlineData(Dapr + "Call", "failed to proxy request: required metadata dapr-callee-app-id or dapr-app-id not found")]
    public async Task UnknownCall_NobodyNamed_IsRefused(string path, string message)
    {
        await using var sidecar = await RunningSidecar.StartAsync(new RunScope(), "app", appPort: null, Store);
        using var client = new GrpcTestClient(sidecar.GrpcAddress);

        using var response = await client.SendAsync(path, GrpcTestClient.Frame([]));

        GrpcTestClient.StatusOf(response).Message.Should().Be(message);
    }

    [Fact]
    public async Task BulkPublish_OneEntryTwice_IsRefusedWhole()
    {
        await using var sidecar = await RunningSidecar.StartAsync(new RunScope(), "app", appPort: null, PubSub);
        using var client = new GrpcTestClient(sidecar.GrpcAddress);
        var entry = new BulkPublishRequestEntry { EntryId = "1", Event = ByteString.CopyFromUtf8("a") };

        var act = () => client.CallAsync<BulkPublishRequest, BulkPublishResponse>(Dapr + "BulkPublishEvent", new BulkPublishRequest { PubsubName = "events", Topic = "t", Entries = { entry, entry } });

        (await act.Should().ThrowAsync<GrpcException>()).Which.Status.Code.Should().Be(GrpcCode.InvalidArgument);
    }
}
