using System.Text.Json;
using Sidecar.Components;
using Sidecar.Health;
using Sidecar.Schedules;
using Sidecar.Tests.Hosting;
using Sidecar.Tests.Support;
using Sidecar.Tests.Workflows;

namespace Sidecar.Tests.Metadata;

public sealed class MetadataTests
{
    private static readonly string ActorStore = RunningSidecar.Component("st", "state.in-memory", ("actorStateStore", "true"));

    [Fact]
    public async Task Components_OfSeveralKinds_ComeInTheOrderOfTheFilesSecretStoresFirst()
    {
        await using var sidecar = await TestSidecar.StartAsync(
            options => options,
            [RunningSidecar.Component("bus", "pubsub.in-memory"), RunningSidecar.Component("mem", "state.in-memory"), RunningSidecar.Component("env", "secretstores.local.env")]);

        var components = (await MetadataAsync(sidecar)).GetProperty("components").EnumerateArray();

        components.Select(component => component.GetProperty("name").GetString()).Should().Equal("env", "bus", "mem");
    }

    [Fact]
    public async Task App_WithHealthCheckAndLimit_TellsBoth()
    {
        await using var app = await FakeApp.StartAsync(FakeApp.EchoAsync);
        await using var sidecar = await TestSidecar.StartAsync(options => options with
        {
            AppPort = app.Port,
            AppMaxConcurrency = 7,
            AppHealth = new AppHealthOptions("/up", TimeSpan.FromSeconds(90), TimeSpan.FromMilliseconds(200), 4),
        });

        var properties = (await MetadataAsync(sidecar)).GetProperty("appConnectionProperties");

        properties.GetProperty("maxConcurrency").GetInt32().Should().Be(7);
        properties.GetProperty("health").ToString().Should().Be("""{"healthCheckPath":"/up","healthProbeInterval":"1m30s","healthProbeTimeout":"200ms","healthThreshold":4}""");
    }

    [Fact]
    public async Task Workflows_WhileAWorkerIsConnected_ListItAndItsActors()
    {
        await using var sidecar = await TestSidecar.StartAsync(new RunScope(), "app", null, [ActorStore]);
        (await MetadataAsync(sidecar)).TryGetProperty("workflows", out _).Should().BeFalse();
        using var grpc = new GrpcTestClient(new Uri($"http://127.0.0.1:{sidecar.Runtime.GrpcPort}"));
        await using (new FakeWorker(grpc).Start())
        {
            await Eventually.TrueAsync(async () => (await MetadataAsync(sidecar)).TryGetProperty("workflows", out _), "the worker is connected");
            var metadata = await MetadataAsync(sidecar);

            metadata.GetProperty("workflows").GetProperty("connectedWorkers").GetInt32().Should().Be(1);
            metadata.GetProperty("actors").EnumerateArray().Select(type => type.GetProperty("type").GetString())
                .Should().Equal("dapr.internal.default.app.activity", "dapr.internal.default.app.retentioner", "dapr.internal.default.app.workflow");
        }

        await Eventually.TrueAsync(async () => !(await MetadataAsync(sidecar)).TryGetProperty("workflows", out _), "the worker has left");
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(1, "1ms")]
    [InlineData(1_500, "1.5s")]
    [InlineData(60_000, "1m0s")]
    [InlineData(3_600_000, "1h0m0s")]
    [InlineData(90_061_500, "25h1m1.5s")]
    public void Duration_Formatted_IsGos(int milliseconds, string text) => GoText.Duration(TimeSpan.FromMilliseconds(milliseconds)).Should().Be(text);

    private static async Task<JsonElement> MetadataAsync(TestSidecar sidecar)
    {
        using var document = JsonDocument.Parse(await sidecar.Client.GetStringAsync("v1.0/metadata"));
        return document.RootElement.Clone();
    }
}
