using Dapr.DurableTask.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Api.Grpc;
using Sidecar.Components;
using Sidecar.Faults;
using Sidecar.Telemetry;
using Sidecar.Tests.Grpc;
using Sidecar.Workflows;
using Sidecar.Workflows.Engine;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows;

/// <summary>An engine behind its gRPC endpoint, as a sidecar hosts it. Disposing it is a crash: nothing is drained.</summary>
internal sealed class WorkflowHost : IAsyncDisposable
{
    private readonly GrpcTestServer _server;

    private WorkflowHost(WorkflowEngine engine, GrpcTestServer server)
    {
        Engine = engine;
        _server = server;
    }

    public WorkflowEngine Engine { get; }

    public GrpcTestClient Client => _server.Client;

    public static async Task<WorkflowHost> StartAsync(IWorkflowStore store, WorkflowOptions? options = null, ActivityFaults? faults = null, string appId = "app", WorkflowPeers? peers = null, TimeProvider? time = null, TimeSpan? keepAlive = null)
    {
        var environment = new EngineEnvironment(time ?? TimeProvider.System, new Tracing(new ConfigurationSpec(), []), NullLogger.Instance) { Peers = peers ?? new() };
        var engine = await WorkflowEngine.StartAsync(store, appId, options ?? new WorkflowOptions(), environment, default);
        var server = await GrpcTestServer.StartAsync(new GrpcServerOptions(), keepAlive, [.. new TaskHubApi(() => engine, faults).Methods]);
        return new WorkflowHost(engine, server);
    }

    public int Port => _server.Port;

    /// <summary>A client with a connection of its own.</summary>
    public GrpcTestClient NewClient() => new(new Uri($"http://127.0.0.1:{Port}"));

    public FakeWorker Worker(bool hasTokens = true) => new(Client) { HasTokens = hasTokens };

    public Task<CreateInstanceResponse> StartAsync(string workflow, string id, string? input = null, DateTimeOffset? at = null, TimeSpan? timeout = null) =>
        CallAsync<CreateInstanceRequest, CreateInstanceResponse>("StartInstance", new CreateInstanceRequest
        {
            InstanceId = id,
            Name = workflow,
            Input = input,
            ScheduledStartTimestamp = at is { } time ? Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(time) : null,
        }, timeout);

    public async Task<WorkflowState?> GetAsync(string id) =>
        (await CallAsync<GetInstanceRequest, GetInstanceResponse>("GetInstance", new GetInstanceRequest { InstanceId = id, GetInputsAndOutputs = true })).WorkflowState;

    public async Task<WorkflowState> CompletionAsync(string id, TimeSpan? timeout = null) =>
        (await CallAsync<GetInstanceRequest, GetInstanceResponse>("WaitForInstanceCompletion", new GetInstanceRequest { InstanceId = id, GetInputsAndOutputs = true }, timeout ?? TimeSpan.FromSeconds(20))).WorkflowState;

    public Task RaiseAsync(string id, string name, string? input = null) =>
        CallAsync<RaiseEventRequest, RaiseEventResponse>("RaiseEvent", new RaiseEventRequest { InstanceId = id, Name = name, Input = input });

    public Task<TResponse> CallAsync<TRequest, TResponse>(string method, TRequest request, TimeSpan? timeout = null)
        where TRequest : Google.Protobuf.IMessage<TRequest>
        where TResponse : Google.Protobuf.IMessage<TResponse>, new() =>
        Client.CallAsync<TRequest, TResponse>("/TaskHubSidecarService/" + method, request, timeout ?? TimeSpan.FromSeconds(10));

    public static async Task<GrpcCode> CodeOfAsync(Func<Task> call) =>
        (await call.Should().ThrowAsync<GrpcException>()).Which.Status.Code;

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await _server.DisposeAsync();
    }
}
