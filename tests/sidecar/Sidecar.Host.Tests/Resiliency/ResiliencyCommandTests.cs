using Sidecar.Host.Commands;
using Sidecar.Host.Runs;

namespace Sidecar.Host.Tests.Resiliency;

public sealed class ResiliencyCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RecordingConsole _console = new();

    public ResiliencyCommandTests()
    {
        _folder.Folder("app");
        _folder.Write("dapr.yaml", """
            version: 1
            common: { resourcesPaths: [components] }
            apps: [{ appID: gateway, appDirPath: app }, { appID: orders, appDirPath: app }, { appID: users, appDirPath: app }]
            """);
        _folder.Write("components/db.yaml", """
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: { name: db }
            spec: { type: state.in-memory, version: v1, metadata: [] }
            """);
        _folder.Write("components/gateway.yaml", """
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata: { name: gateway }
            spec:
              policies:
                timeouts: { t: 3s }
                retries:
                  twice: { policy: constant, duration: 100ms, maxRetries: 1, matching: { httpStatusCodes: "502-504" } }
                  forever: { policy: constant, duration: 1s }
                  growing: { policy: exponential, maxInterval: 2s, maxRetries: 4 }
                circuitBreakers: { b: { maxRequests: 2, timeout: 30s } }
              targets:
                apps:
                  orders: { timeout: t, retry: twice, circuitBreaker: b }
                  users: { retry: forever }
                components: { db: { outbound: { timeout: t, retry: growing } } }
            scopes: [gateway]
            """);
        _folder.Write("components/orders.yaml", """
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata: { name: orders }
            spec:
              policies: { timeouts: { t: 1s }, retries: { DefaultStatestoreComponentOutboundRetryPolicy: { duration: 1s, maxRetries: 9 }, thrice: { duration: 1s, maxRetries: 2 } } }
              targets: { components: { db: { outbound: { timeout: t, retry: thrice } } } }
            scopes: [orders]
            """);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Explain_App_AddsUpAttemptsPausesAndTime()
    {
        (await ExecuteAsync("gateway", "orders")).Should().Be(0);

        Lines().Should().StartWith([
            "gateway -> apps/orders",
            "  timeout          3 s for each attempt (t)",
            "  attempts         up to 2, after a failure without a code, or HTTP 502-504 (twice)",
            "  pauses           100 ms each",
            "  worst case       6.1 s",
            "  circuit breaker  b: one for each method, open for 30 s, then 2 trial call(s); every attempt counts, and an open breaker ends the retries",
        ]);
    }

    [Fact]
    public async Task Explain_RetriesOnTopOfRetries_AreWarnedOf()
    {
        await ExecuteAsync("gateway", "apps/orders");

        Lines().Should().ContainSingle(line => line.Contains("warning")).Which.Should().Be(
            "  warning: retries multiply: gateway -> apps/orders (2) -> components/db/outbound (3) = up to 6 calls for one");
    }

    [Fact]
    public async Task Explain_RetriesWithoutEnd_AreWarnedOf()
    {
        await ExecuteAsync("gateway", "users");

        Lines().Should().Contain(["  attempts         without end, after any failure, 4xx too (forever)", "  worst case       without end"]);
        Lines().Count(line => line.Contains("warning:")).Should().Be(3);
    }

    [Fact]
    public async Task Explain_Component_ShowsBothDirectionsAndGrowingPauses()
    {
        await ExecuteAsync("gateway", "db");

        Lines().Should().Contain(["gateway -> components/db/outbound", "  pauses           growing, at most 750 ms, 1.13 s, 1.69 s, 2.53 s", "gateway -> components/db/inbound (no policies)", "  attempts         1"]);
    }

    [Fact]
    public async Task Explain_DefaultPolicies_AreSaidToBeDefaults()
    {
        _folder.Write("components/orders.yaml", File.ReadAllText(Path.Combine(_folder.Path, "components/orders.yaml")).Replace("db: {", "other: {"));

        await ExecuteAsync("orders", "components/db/outbound");

        Lines().Should().Contain(["orders -> components/db/outbound (default policies)", "  attempts         up to 10, after any failure, 4xx too (DefaultStatestoreComponentOutboundRetryPolicy)"]);
    }

    [Theory]
    [InlineData("there is no app 'order'; the apps: gateway, orders, users", "order")]
    [InlineData("'dbb' is no target of gateway", "gateway", "dbb")]
    [InlineData("no resiliency file that users sees names a target", "users")]
    public async Task Explain_Unknown_NamesTheKnown(string expected, params string[] words)
    {
        (await ExecuteAsync(words)).Should().Be(1);

        _console.Text.Should().Contain(expected);
    }

    private string[] Lines() => _console.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private async Task<int> ExecuteAsync(params string[] words)
    {
        using var signals = new StopSignals();
        var context = new HostContext(_console, new Dictionary<string, string>(), TimeProvider.System, new EmbeddedSidecars(TimeProvider.System));
        return await CommandTable.ExecuteAsync(["resiliency", "explain", .. words, "-f", _folder.Path], context, signals);
    }
}
