using Dapr.Proto.Common.V1;
using Dapr.Proto.Runtime.V1;
using Sidecar.Api.Grpc;
using Sidecar.Components;
using Sidecar.Telemetry.Metrics;
using Sidecar.Tests.Actors;
using Sidecar.Tests.Hosting;
using Sidecar.Tests.Support;
using Sidecar.Tests.Workflows;

namespace Sidecar.Tests.Telemetry;

public sealed class MetricsTests
{
    [Fact]
    public async Task Metrics_AfterACall_CountApiAndAppUnderDaprsNames()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        var port = FreePort.Next();
        await using var sidecar = await TestSidecar.StartAsync(options => options with { AppPort = app.Port, MetricsPort = port });

        using var answer = await sidecar.Client.GetAsync("v1.0/invoke/app/method/x/1?secret=1");

        using var client = new HttpClient();
        var text = await client.GetStringAsync($"http://127.0.0.1:{port}/metrics");
        text.Should().Contain("dapr_http_server_request_count{app_id=\"app\",method=\"GET\",path=\"/v1.0/invoke/app/method/x/1\",status=\"200\"} 1")
            .And.Contain("dapr_http_client_completed_count{app_id=\"app\",method=\"GET\",path=\"/x/1\",status=\"200\"} 1")
            .And.NotContain("secret");
    }

    [Fact]
    public async Task Metrics_CallOfAnotherApp_IsCountedOnBothSides()
    {
        var (run, callerPort, calleePort) = (new RunScope(), FreePort.Next(), FreePort.Next());
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var callee = await TestSidecar.StartAsync(options => options with { AppId = "callee", Run = run, AppPort = app.Port, MetricsPort = calleePort }, [ActorApp.Store]);
        await using var caller = await TestSidecar.StartAsync(options => options with { AppId = "caller", Run = run, MetricsPort = callerPort });
        using var client = new HttpClient();

        await caller.Client.GetAsync("v1.0/invoke/callee/method/x");

        (await client.GetStringAsync($"http://127.0.0.1:{callerPort}/metrics")).Should()
            .Contain("dapr_runtime_service_invocation_req_sent_total{app_id=\"caller\",dst_app_id=\"callee\",type=\"unary\"} 1")
            .And.Contain("dapr_runtime_service_invocation_res_recv_total{app_id=\"caller\",src_app_id=\"callee\",status=\"200\",type=\"unary\"} 1");
        (await client.GetStringAsync($"http://127.0.0.1:{calleePort}/metrics")).Should()
            .Contain("dapr_runtime_service_invocation_req_recv_total{app_id=\"callee\",src_app_id=\"caller\"} 1")
            .And.Contain("dapr_runtime_service_invocation_res_sent_total{app_id=\"callee\",dst_app_id=\"caller\",status=\"200\"} 1")
            .And.Contain("dapr_runtime_component_loaded{app_id=\"callee\"} 1")
            .And.Contain("dapr_runtime_component_init_total{app_id=\"callee\",component=\"state.in-memory\"} 1");
    }

    [Fact]
    public async Task Metrics_ActorsAndTheirTimers_AreCountedByType()
    {
        await using var app = await ActorApp.StartAsync("""{"entities":["Cart"]}""");
        var port = FreePort.Next();
        await using var sidecar = await TestSidecar.StartAsync(options => options with { AppPort = app.Port, MetricsPort = port }, [ActorApp.Store]);
        using var client = new HttpClient();

        await sidecar.Client.PutAsync("v1.0/actors/Cart/1/method/add", null);
        await sidecar.Client.PutAsync("v1.0/actors/Cart/1/timers/soon", new StringContent("""{"dueTime":"0s"}"""));
        await sidecar.Client.PutAsync("v1.0/actors/Cart/1/timers/late", new StringContent("""{"dueTime":"1h"}"""));

        await Eventually.TrueAsync(
            async () => (await client.GetStringAsync($"http://127.0.0.1:{port}/metrics")) is var text
                && text.Contains("dapr_runtime_actor_timers_fired_total{actor_type=\"Cart\",app_id=\"app\",success=\"true\"} 1", StringComparison.Ordinal)
                && text.Contains("dapr_runtime_actor_timers{actor_type=\"Cart\",app_id=\"app\"} 1", StringComparison.Ordinal)
                && text.Contains("dapr_runtime_actor_pending_actor_calls{actor_type=\"Cart\",app_id=\"app\"} 0", StringComparison.Ordinal),
            "one timer has fired, one waits");
        app.App.Seen.Should().Contain(request => request.Target == "/actors/Cart/1/method/timer/soon" && !request.Headers.ContainsKey("traceparent"));
    }

    [Fact]
    public void Series_MorePathsThanAnyoneNeeds_StayBounded()
    {
        var metrics = new SidecarMetrics("app", new MetricsSpec(), isEnabled: true);
        for (var i = 0; i < 5_000; i++)
        {
            metrics.ServerRequest("GET", $"/v1.0/invoke/app/method/{i}", 200, 0, 0, 0);
        }

        using var text = new StringWriter();
        metrics.Write(text);

        text.ToString().Split('\n').Count(line => line.StartsWith("dapr_http_server_request_count{", StringComparison.Ordinal)).Should().BeLessThan(2_100);
        text.ToString().Should().Contain("dapr_http_server_request_count{app_id=\"app\",method=\"\",path=\"\",status=\"\"} 3000");
    }

    [Fact]
    public async Task Metrics_OperationsOfComponents_AreCountedByOutcome()
    {
        var port = FreePort.Next();
        await using var sidecar = await TestSidecar.StartAsync(
            options => options with { MetricsPort = port },
            [RunningSidecar.Component("events", "pubsub.in-memory"), RunningSidecar.Component("files", "bindings.localstorage", ("rootPath", "{{dir}}/files"))]);

        await sidecar.Client.PostAsync("v1.0/bindings/files", new StringContent("""{"operation":"list"}"""));
        await sidecar.Client.PostAsync("v1.0/bindings/none", new StringContent("""{"operation":"list"}"""));
        await sidecar.Client.PostAsync("v1.0/publish/events/t", new StringContent("1"));
        await sidecar.Client.PostAsync("v1.0-alpha1/publish/bulk/events/t", new StringContent("""[{"entryId":"1","event":1,"contentType":"application/json"}]"""));

        (await ReadAsync(port)).Should()
            .Contain("dapr_component_output_binding_count{app_id=\"app\",component=\"files\",namespace=\"\",operation=\"list\",success=\"true\"} 1")
            .And.Contain("dapr_component_output_binding_count{app_id=\"app\",component=\"none\",namespace=\"\",operation=\"list\",success=\"false\"} 1")
            .And.Contain("dapr_component_pubsub_egress_count{app_id=\"app\",component=\"events\",namespace=\"\",success=\"true\",topic=\"t\"} 1")
            .And.Contain("dapr_component_pubsub_egress_bulk_count{app_id=\"app\",component=\"events\",namespace=\"\",success=\"true\",topic=\"t\"} 1")
            .And.Contain("dapr_component_pubsub_egress_bulk_event_count{app_id=\"app\",component=\"events\",namespace=\"\",success=\"\",topic=\"\"} 1");
    }

    [Fact]
    public async Task Metrics_ErrorsWhenAskedFor_AreCountedByCodeAndCategory()
    {
        var port = FreePort.Next();
        await using var sidecar = await TestSidecar.StartAsync(options => options with { MetricsPort = port }, configuration: Configuration("recordErrorCodes: true"));
        using var client = new GrpcTestClient(new Uri($"http://127.0.0.1:{sidecar.Runtime.GrpcPort}"));

        await sidecar.Client.GetAsync("v1.0/nothing");
        await sidecar.Client.GetAsync("v1.0/state/none/key");
        await client.Invoking(own => own.CallAsync<GetStateRequest, GetStateResponse>("/dapr.proto.runtime.v1.Dapr/GetState", new GetStateRequest { StoreName = "none", Key = "k" })).Should().ThrowAsync<GrpcException>();

        (await ReadAsync(port)).Should()
            .Contain("dapr_error_code_total{app_id=\"app\",category=\"service-invocation\",error_code=\"ERR_DIRECT_INVOKE\"} 1")
            .And.Contain("dapr_error_code_total{app_id=\"app\",category=\"state\",error_code=\"DAPR_STATE_NOT_CONFIGURED\"} 2");
    }

    [Fact]
    public async Task Metrics_GrpcErrorsWithoutDetails_AreCountedByTheirCode()
    {
        var port = FreePort.Next();
        await using var sidecar = await TestSidecar.StartAsync(options => options with { MetricsPort = port }, [ActorApp.Store], Configuration("recordErrorCodes: true"));
        using var client = new GrpcTestClient(new Uri($"http://127.0.0.1:{sidecar.Runtime.GrpcPort}"));
        const string Service = "/dapr.proto.runtime.v1.Dapr/";

        await client.Invoking(own => own.CallAsync<GetWorkflowRequest, GetWorkflowResponse>(Service + "GetWorkflowBeta1", new GetWorkflowRequest())).Should().ThrowAsync<GrpcException>();
        await client.Invoking(own => own.CallAsync<StartWorkflowRequest, StartWorkflowResponse>(Service + "StartWorkflowBeta1", new StartWorkflowRequest { InstanceId = "i" })).Should().ThrowAsync<GrpcException>();
        await client.Invoking(own => own.CallAsync<InvokeServiceRequest, InvokeResponse>(Service + "InvokeService", new InvokeServiceRequest { Id = "none", Message = new InvokeRequest { Method = "m" } })).Should().ThrowAsync<GrpcException>();

        (await ReadAsync(port)).Should()
            .Contain("dapr_error_code_total{app_id=\"app\",category=\"workflow\",error_code=\"ERR_INSTANCE_ID_PROVIDED_MISSING\"} 1")
            .And.Contain("dapr_error_code_total{app_id=\"app\",category=\"workflow\",error_code=\"ERR_WORKFLOW_NAME_MISSING\"} 1")
            .And.Contain("dapr_error_code_total{app_id=\"app\",category=\"service-invocation\",error_code=\"ERR_DIRECT_INVOKE\"} 1");
    }

    [Fact]
    public async Task Metrics_ComponentThatCannotStart_IsCountedAsFailedAlone()
    {
        var port = FreePort.Next();
        var lost = RunningSidecar.Component("lost", "state.redis", ("redisHost", $"127.0.0.1:{FreePort.Next()}"), ("redisMaxRetries", "0"), ("dialTimeout", "200ms"));
        await using var sidecar = await TestSidecar.StartAsync(
            options => options with { MetricsPort = port },
            [lost.Replace("spec:", "spec:\n  ignoreErrors: true", StringComparison.Ordinal), RunningSidecar.Component("one", "state.in-memory")]);

        File.WriteAllText(Path.Combine(sidecar.Folder, "two.yaml"), RunningSidecar.Component("two", "state.in-memory"));
        (await sidecar.Runtime.ReloadAsync(CancellationToken.None)).Should().BeEmpty();

        (await ReadAsync(port)).Should()
            .Contain("dapr_runtime_component_init_fail_total{app_id=\"app\",component=\"state.redis\",component_name=\"lost\",fail_reason=\"init\"}")
            .And.Contain("dapr_runtime_component_loaded{app_id=\"app\"} 2", "what comes while it runs counts")
            .And.Contain("dapr_runtime_component_init_total{app_id=\"app\",component=\"state.in-memory\"} 2")
            .And.NotContain("dapr_runtime_component_init_total{app_id=\"app\",component=\"state.redis\"}");
    }

    [Theory]
    [InlineData("allow")]
    [InlineData("deny")]
    public async Task Metrics_CallsUnderAnAccessPolicy_AreCountedByItsDecision(string action)
    {
        var port = FreePort.Next();
        var run = new RunScope();
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var callee = await TestSidecar.StartAsync(
            options => options with { AppId = "callee", Run = run, AppPort = app.Port, MetricsPort = port },
            configuration: Configuration("recordErrorCodes: false").Replace("spec:", $"spec:\n  accessControl: {{ defaultAction: {action} }}", StringComparison.Ordinal));
        await using var caller = await TestSidecar.StartAsync(run, "caller", app: null);

        await caller.Client.GetAsync("v1.0/invoke/callee/method/x");

        (await ReadAsync(port)).Should().Contain($"dapr_runtime_acl_global_policy_action_{(action == "allow" ? "allowed" : "blocked")}_total{{app_id=\"callee\",namespace=\"\",trust_domain=\"\"}} 1");
    }

    [Fact]
    public async Task Metrics_RuleForALabel_ReplacesWhatItFinds()
    {
        var port = FreePort.Next();
        await using var sidecar = await TestSidecar.StartAsync(
            options => options with { MetricsPort = port },
            configuration: Configuration("rules: [{ name: dapr_http_server_request_count, labels: [{ name: path, regex: { 'orders/ID': 'orders/.+' } }] }]"));

        await sidecar.Client.GetAsync("v1.0/invoke/x/method/orders/12");
        await sidecar.Client.GetAsync("v1.0/invoke/x/method/orders/34");

        (await ReadAsync(port)).Should()
            .Contain("dapr_http_server_request_count{app_id=\"app\",method=\"GET\",path=\"/v1.0/invoke/x/method/orders/ID\",status=\"500\"} 2")
            .And.Contain("dapr_http_server_response_count{app_id=\"app\",method=\"GET\",path=\"/v1.0/invoke/x/method/orders/12\",status=\"500\"} 1", "the rule names one metric");
    }

    [Fact]
    public async Task Metrics_WorkflowThatEnds_IsCountedWithItsActivities()
    {
        var port = FreePort.Next();
        await using var sidecar = await TestSidecar.StartAsync(options => options with { MetricsPort = port }, [ActorApp.Store]);
        using var client = new GrpcTestClient(new Uri($"http://127.0.0.1:{sidecar.Runtime.GrpcPort}"));
        await using var worker = new FakeWorker(client).Start();

        await sidecar.Client.PostAsync("v1.0/workflows/dapr/Chain/start?instanceID=w1", new StringContent("2"));
        await sidecar.Client.PostAsync("v1.0/workflows/dapr/none/raiseEvent/go", null);

        await Eventually.TrueAsync(async () => (await ReadAsync(port)).Contains("dapr_runtime_workflow_execution_count{app_id=\"app\",namespace=\"\",status=\"success\",workflow_name=\"Chain\"} 1", StringComparison.Ordinal), "the workflow has ended");
        (await ReadAsync(port)).Should()
            .Contain("dapr_runtime_workflow_operation_count{app_id=\"app\",namespace=\"\",operation=\"create_workflow\",status=\"success\"} 1")
            .And.Contain("dapr_runtime_workflow_operation_count{app_id=\"app\",namespace=\"\",operation=\"add_event\",status=\"failed\"} 1")
            .And.MatchRegex("dapr_runtime_workflow_activity_execution_count\\{activity_name=\"[A-Za-z]+\",app_id=\"app\",namespace=\"\",status=\"success\"\\} 2")
            .And.Contain("dapr_runtime_workflow_scheduling_latency_count{app_id=\"app\",namespace=\"\",workflow_name=\"Chain\"} 1")
            .And.Contain("dapr_runtime_workflow_payload_size_ratio_count{app_id=\"app\",namespace=\"\",workflow_name=\"Chain\"} ");
    }

    private static string Configuration(string metrics) => $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Configuration
        metadata:
          name: c
        spec:
          metrics:
            enabled: true
            {{metrics}}
        """;

    private static async Task<string> ReadAsync(int port)
    {
        using var client = new HttpClient();
        return await client.GetStringAsync($"http://127.0.0.1:{port}/metrics");
    }

    [Theory]
    [InlineData("/v1.0/state/mem/a-key", "/v1.0/state/mem")]
    [InlineData("/v1.0/secrets/env/NAME", "/v1.0/secrets/env")]
    [InlineData("/v1.0/actors/T/17/method/m", "/v1.0/actors/T/{id}/method")]
    [InlineData("/v1.0/workflows/dapr/w1", "/v1.0/workflows/dapr/{instanceId}")]
    [InlineData("/v1.0/publish/ps/t", "/v1.0/publish/ps/t")]
    public void Path_WithKeyOrId_LosesIt(string path, string label) => new MetricPaths(new MetricsSpec()).OfServer(path).Should().Be(label);

    [Theory]
    [InlineData("/v1.0/invoke/app/method/orders/12", "/v1.0/invoke/{app_id}/method/orders/{id}")]
    [InlineData("/orders/12", "/orders/{id}")]
    [InlineData("/other/12", "")]
    [InlineData("/v1.0/state/mem/key", "/v1.0/state/{store}")]
    [InlineData("/files/a/b", "/files/{path...}")]
    public void Path_LowCardinality_IsThePatternThatMatches(string path, string label) =>
        new MetricPaths(new MetricsSpec { IncreasedCardinality = false, PathMatching = ["/orders/{id}", "/v1.0/state/{store}", "/files/{path...}"] }).OfServer(path).Should().Be(label);
}
