using System.Net;
using System.Text;
using System.Text.Json;
using Dapr.DurableTask.Protobuf;
using Sidecar.Api.Grpc;
using Sidecar.Components;
using Sidecar.Tests.Hosting;
using Sidecar.Tests.Support;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows;

/// <summary>The building block in a whole sidecar, through the HTTP API; answers as daprd 1.18.3 gave them.</summary>
public sealed class WorkflowHttpApiTests : IAsyncLifetime
{
    private const string Component = """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: st
        spec:
          type: state.in-memory
          version: v1
          metadata:
          - name: actorStateStore
            value: "true"
        """;

    private readonly ShiftedTime _time = new();
    private TestSidecar _sidecar = null!;
    private GrpcTestClient _grpc = null!;
    private FakeWorker _worker = null!;

    public async Task InitializeAsync()
    {
        _sidecar = await TestSidecar.StartAsync(options => options with { Time = _time }, [Component]);
        _grpc = new GrpcTestClient(new Uri($"http://127.0.0.1:{_sidecar.Runtime.GrpcPort}"));
        _worker = new FakeWorker(_grpc).Start();
    }

    public async Task DisposeAsync()
    {
        await _worker.DisposeAsync();
        _grpc.Dispose();
        await _sidecar.DisposeAsync();
    }

    [Fact]
    public async Task Health_EngineThatHasStopped_IsUnhealthy()
    {
        (await _sidecar.Client.GetAsync("v1.0/healthz")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        var data = _sidecar.Runtime.Options.Run.GetOrAdd("st||app", () => new InMemoryWorkflowData());

        await new InMemoryWorkflowStore("app", data).OpenAsync(default);
        using var refused = await _sidecar.Client.PostAsync("v1.0/workflows/dapr/Echo/start?instanceID=late", new StringContent("1"));

        refused.IsSuccessStatusCode.Should().BeFalse("another engine has taken over");
        await Eventually.TrueAsync(async () => (await _sidecar.Client.GetAsync("v1.0/healthz")).StatusCode == HttpStatusCode.InternalServerError, "the sidecar is unhealthy");
        (await _sidecar.Client.GetAsync("v1.0/healthz/outbound")).StatusCode.Should().Be(HttpStatusCode.InternalServerError);
    }

    [Fact]
    public async Task Start_IdThatTheSchedulerOfDaprRefuses_Is500AndStartsNothing()
    {
        using var answer = await _sidecar.Client.PostAsync("v1.0/workflows/dapr/Echo/start?instanceID=%C3%BC", new StringContent("1"));

        answer.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("ERR_START_WORKFLOW").And.Contain("RFC 1123");
        (await _sidecar.Client.GetAsync("v1.0/workflows/dapr/%C3%BC")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Start_IdOfARunningInstance_IsRefusedAndItCannotBePurged()
    {
        await ExpectAsync("POST", "v1.0/workflows/dapr/WaitEvent/start?instanceID=w1", "", 202, """{"instanceID":"w1"}""");

        await ExpectAsync("POST", "v1.0/workflows/dapr/WaitEvent/start?instanceID=w1", "", 500, """{"errorCode":"ERR_START_WORKFLOW","message":"error starting workflow 'WaitEvent': unable to start workflow: failed to start workflow: rpc error: code = AlreadyExists desc = an active workflow with ID 'w1' already exists"}""");
        await ExpectAsync("POST", "v1.0/workflows/dapr/w1/purge", "", 500, """{"errorCode":"ERR_PURGE_WORKFLOW","message":"error purging workflow w1: failed to Purge workflow w1: failed to purge workflow state: orchestration has not yet completed"}""");
    }

    [Theory]
    [InlineData("POST", "Echo/start?instanceID=w1", "ERR_START_WORKFLOW", "error starting workflow 'Echo': unable to start workflow: failed to start workflow: {0}")]
    [InlineData("GET", "w1", "ERR_GET_WORKFLOW", "error while getting workflow info on instance 'w1': failed to get workflow metadata for 'w1': failed to fetch workflow metadata: failed to load workflow metadata: {0}")]
    [InlineData("POST", "w1/terminate", "ERR_TERMINATE_WORKFLOW", "error terminating workflow 'w1': failed to terminate workflow w1: failed to submit termination request:: {0}")]
    [InlineData("POST", "w1/pause", "ERR_PAUSE_WORKFLOW", "error pausing workflow w1: failed to pause workflow w1: failed to suspend workflow: {0}")]
    [InlineData("POST", "w1/purge", "ERR_PURGE_WORKFLOW", "error purging workflow w1: failed to Purge workflow w1: failed to purge workflow state: failed to fetch workflow state: failed to load workflow metadata: {0}")]
    [InlineData("POST", "w1/raiseEvent/go", "ERR_RAISE_EVENT_WORKFLOW", "error raising event on workflow 'w1': failed to raise event go on workflow w1: failed to raise event: {0}")]
    public async Task Call_WithoutActorStateStore_FailsAsTheOperationItIs(string method, string path, string code, string message)
    {
        const string NoStore = "api error: code = Internal desc = the state store is not configured to use the actor runtime. Have you set the - name: actorStateStore value: \"true\" in your state store component file?";
        await using var sidecar = await RunningSidecar.StartAsync(new RunScope(), "app", appPort: null);

        var (status, body, _) = await sidecar.SendAsync(method, "/v1.0/workflows/dapr/" + path, method == "GET" ? null : "");

        var error = JsonDocument.Parse(body).RootElement;
        (status, error.GetProperty("errorCode").GetString(), error.GetProperty("message").GetString()).Should().Be((500, code, message.Replace("{0}", NoStore, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task StartAndGet_Echo_StatusAndProperties()
    {
        await ExpectAsync("POST", "v1.0/workflows/dapr/Echo/start?instanceID=w1", "\"in\"", 202, """{"instanceID":"w1"}""");

        var instance = await CompletedAsync("w1");

        instance.GetProperty("workflowName").GetString().Should().Be("Echo");
        instance.GetProperty("properties").GetProperty("dapr.workflow.input").GetString().Should().Be("\"in\"");
        instance.GetProperty("properties").GetProperty("dapr.workflow.output").GetString().Should().Be("\"in\"");
        await ExpectAsync("POST", "v1.0/workflows/dapr/w1/purge", "", 202, "{}");
        await ExpectAsync("GET", "v1.0/workflows/dapr/w1", null, 404, """{"errorCode":"ERR_INSTANCE_ID_NOT_FOUND","message":"unable to find workflow with the provided instance ID: w1"}""");
    }

    [Fact]
    public async Task PauseRaiseResume_WaitEvent_CompletesOnlyAfterResume()
    {
        await ExpectAsync("POST", "v1.0-beta1/workflows/other/WaitEvent/start?instanceID=w1", "", 202, """{"instanceID":"w1"}""");
        await ExpectAsync("POST", "v1.0/workflows/dapr/w1/pause", "", 202, "{}");
        await ExpectAsync("POST", "v1.0/workflows/dapr/w1/raiseEvent/go", "1", 202, "{}");
        (await GetAsync("w1")).GetProperty("runtimeStatus").GetString().Should().Be("SUSPENDED");

        await ExpectAsync("POST", "v1.0/workflows/dapr/w1/resume", "", 202, "{}");

        (await CompletedAsync("w1")).GetProperty("properties").GetProperty("dapr.workflow.output").GetString().Should().Be("1");
        await ExpectAsync("POST", "v1.0/workflows/dapr/w1/pause", "", 202, "{}");
    }

    [Fact]
    public async Task Get_InstanceThatStandsStill_SaysWhatItWaitsFor()
    {
        await ExpectAsync("POST", "v1.0/workflows/dapr/WaitEvent/start?instanceID=event", "", 202, """{"instanceID":"event"}""");
        await ExpectAsync("POST", "v1.0/workflows/dapr/Chain/start?instanceID=done", "1", 202, """{"instanceID":"done"}""");
        await CompletedAsync("done");
        (await WaitAsync("event")).Should().BeNull("it has stood still for less than 10 s");
        await _worker.DisposeAsync();
        var late = () => _grpc.CallAsync<CreateInstanceRequest, CreateInstanceResponse>("/TaskHubSidecarService/StartInstance", new CreateInstanceRequest { InstanceId = "worker", Name = "Echo" }, TimeSpan.FromMilliseconds(200));
        await late.Should().ThrowAsync<GrpcException>("no worker takes it");

        _time.Shift += TimeSpan.FromSeconds(11);

        (await WaitAsync("event")).Should().Be("an external event");
        (await WaitAsync("worker")).Should().Be("a worker: none of app 'app' is connected");
        (await WaitAsync("done")).Should().BeNull("it has ended");
        (await _sidecar.Runtime.WaitsAsync(default)).Should().Equal(
            "1 workflow instances wait for a worker: none of app 'app' is connected", "1 workflow instances wait for an external event");
    }

    [Fact]
    public async Task Terminate_Running_Terminated()
    {
        await ExpectAsync("POST", "v1.0/workflows/dapr/WaitEvent/start?instanceID=w1", "", 202, """{"instanceID":"w1"}""");

        await ExpectAsync("POST", "v1.0/workflows/dapr/w1/terminate", "", 202, "{}");

        (await GetAsync("w1")).GetProperty("runtimeStatus").GetString().Should().Be("TERMINATED");
    }

    [Theory]
    [InlineData("POST", "v1.0/workflows/dapr/Echo/start?instanceID=a%20b", 400, """{"errorCode":"ERR_INSTANCE_ID_INVALID","message":"workflow instance ID 'a b' is invalid: only alphanumeric and underscore characters are allowed"}""")]
    [InlineData("POST", "v1.0/workflows/dapr/Echo/start?instanceID=a.b", 400, """{"errorCode":"ERR_INSTANCE_ID_INVALID","message":"workflow instance ID 'a.b' is invalid: only alphanumeric and underscore characters are allowed"}""")]
    [InlineData("POST", "v1.0/workflows/dapr/Echo/start?instanceID=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 400, """{"errorCode":"ERR_INSTANCE_ID_TOO_LONG","message":"workflow instance ID exceeds the max length of 64 characters"}""")]
    [InlineData("POST", "v1.0/workflows/dapr/nope/pause", 500, """{"errorCode":"ERR_PAUSE_WORKFLOW","message":"error pausing workflow nope: failed to pause workflow nope: failed to suspend workflow: no such instance exists"}""")]
    [InlineData("POST", "v1.0/workflows/dapr/nope/resume", 500, """{"errorCode":"ERR_RESUME_WORKFLOW","message":"error resuming workflow nope: failed to resume workflow nope: failed to resume workflow: no such instance exists"}""")]
    [InlineData("POST", "v1.0/workflows/dapr/nope/raiseEvent/go", 500, """{"errorCode":"ERR_RAISE_EVENT_WORKFLOW","message":"error raising event on workflow 'nope': failed to raise event go on workflow nope: failed to raise event: no such instance exists"}""")]
    [InlineData("GET", "v1.0/workflows/dapr/Echo/start", 404, """{"errorCode":"ERR_DIRECT_INVOKE","message":"failed getting app id either from the URL path or the header dapr-app-id"}""")]
    [InlineData("POST", "v1.0/workflows/dapr/w1/nosuch", 404, """{"errorCode":"ERR_DIRECT_INVOKE","message":"failed getting app id either from the URL path or the header dapr-app-id"}""")]
    public Task Request_Wrong_AnsweredAsDaprDoes(string method, string path, int status, string body) => ExpectAsync(method, path, method == "GET" ? null : "", status, body);

    [Fact]
    public async Task AnyCall_NoActorStateStore_SaysSo()
    {
        await using var bare = await TestSidecar.StartAsync(new RunScope(), "app", null, []);

        using var response = await bare.Client.GetAsync("v1.0/workflows/dapr/w1");

        response.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        (await response.Content.ReadAsStringAsync()).Should().Contain("actorStateStore");
    }

    private async Task ExpectAsync(string method, string path, string? body, int status, string expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _sidecar.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();

        ((int)response.StatusCode).Should().Be(status, text);
        var found = JsonDocument.Parse(text).RootElement;
        foreach (var property in JsonDocument.Parse(expected).RootElement.EnumerateObject())
        {
            found.GetProperty(property.Name).GetString().Should().Be(property.Value.GetString());
        }
    }

    private async Task<string?> WaitAsync(string id) =>
        (await GetAsync(id)).GetProperty("properties").TryGetProperty("dapr.workflow.waiting_for", out var wait) ? wait.GetString() : null;

    private async Task<JsonElement> GetAsync(string id) => JsonDocument.Parse(await _sidecar.Client.GetStringAsync($"v1.0/workflows/dapr/{id}")).RootElement;

    private async Task<JsonElement> CompletedAsync(string id)
    {
        await Eventually.TrueAsync(async () => (await GetAsync(id)).GetProperty("runtimeStatus").GetString() == "COMPLETED", $"{id} completes");
        return await GetAsync(id);
    }
}
