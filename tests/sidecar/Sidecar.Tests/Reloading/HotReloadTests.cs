using Sidecar.Tests.Hosting;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Reloading;

/// <summary>What is taken of a change, what is refused as a whole, and what asks for a restart.</summary>
public sealed class HotReloadTests : HotReloadTest
{
    [Fact]
    public async Task State_ComponentsComeChangeAndGo_WithoutARestart()
    {
        await StartAsync(RunningSidecar.Component("one", "state.in-memory"));
        await SaveAsync("one", "k");

        (await TakeAsync(("two", RunningSidecar.Component("two", "state.in-memory")))).Should().BeEmpty();
        await SaveAsync("two", "k");
        (await StatusAsync("state/one/k")).Should().Be(200, "what did not change goes on");
        (await Sidecar.Client.GetStringAsync("v1.0/metadata")).Should().Contain("\"two\"");

        (await TakeAsync(("two", RunningSidecar.Component("two", "state.in-memory", ("keyPrefix", "none"))))).Should().BeEmpty();
        (await StatusAsync("state/two/k")).Should().Be(204, "the key is another one now");

        (await TakeAsync(("two", ""))).Should().BeEmpty();
        (await StatusAsync("state/two/k")).Should().Be(400);
    }

    [Fact]
    public async Task Change_ThatIsWrong_IsRefusedAsAWholeAndNamed()
    {
        await StartAsync(RunningSidecar.Component("one", "state.in-memory"));

        var errors = await TakeAsync(("good", RunningSidecar.Component("good", "state.in-memory")), ("bad", RunningSidecar.Component("bad", "state.unknown")));

        errors.Should().ContainSingle(error => error.Contains("bad.yaml") && error.Contains("state.unknown"));
        (await StatusAsync("state/good/k")).Should().Be(400);
        (await StatusAsync("state/one/k")).Should().Be(204);
        (await TakeAsync(("bad", ""))).Should().BeEmpty();
        (await StatusAsync("state/good/k")).Should().Be(204, "without the wrong one it is taken");
    }

    [Theory]
    [InlineData("00", "kind: Component\n  - what: [")]
    [InlineData("00", "{ apiVersion: dapr.io/v1alpha1, kind: Component, spec: { type: state.in-memory, version: v1 } }")]
    [InlineData("00", "{ apiVersion: dapr.io/v1alpha1, kind: Component, metadata: { name: one }, spec: { type: state.in-memory, version: v1, metadata: [{ name: keyPrefix, secretKeyRef: { name: k, key: k } }] }, auth: { secretStore: gone } }")]
    [InlineData("01", "{ apiVersion: dapr.io/v1alpha1, kind: Resiliency, metadata: { name: r }, spec: { policies: { retries: { again: { policy: constant, duration: soon } } } } }")]
    public async Task File_SpoiledWhereFilesAreReadLeniently_KeepsWhatRuns(string file, string spoiled)
    {
        Sidecar = await TestSidecar.StartAsync(options => options with { AppPort = AppPort, StrictResources = false }, [RunningSidecar.Component("one", "state.in-memory"), Resiliency(maxRetries: 2)]);

        var errors = await TakeAsync((file, spoiled), ("two", RunningSidecar.Component("two", "state.in-memory")));

        errors.Should().Contain(error => error.Contains($"{file}.yaml"), "the reason is told");
        (await StatusAsync("state/one/k")).Should().Be(204, "what runs goes on");
        (await StatusAsync("state/two/k")).Should().Be(400, "a change is taken as a whole or not at all");
        await StatusAsync("invoke/app/method/fails");
        Calls("/fails").Should().Be(3, "the policies are the ones there were");
        (await TakeAsync((file, ""))).Should().BeEmpty("what is taken out is gone on purpose");
    }

    [Fact]
    public async Task File_SpoiledAfterItsComponentMovedThere_KeepsItToo()
    {
        var one = RunningSidecar.Component("one", "state.in-memory");
        Sidecar = await TestSidecar.StartAsync(options => options with { StrictResources = false }, [one]);
        (await TakeAsync(("00", ""), ("moved", one), ("two", RunningSidecar.Component("two", "state.in-memory")))).Should().BeEmpty();

        (await TakeAsync(("moved", "not: [yaml"))).Should().NotBeEmpty();

        (await StatusAsync("state/one/k")).Should().Be(204);
    }

    [Fact]
    public async Task Change_ThatCannotConnectAndMayBeIgnored_LeavesTheComponentAsItWas()
    {
        await StartAsync(RunningSidecar.Component("one", "state.in-memory"));
        var nobody = RunningSidecar.Component("one", "state.redis", ("redisHost", $"127.0.0.1:{FreePort.Next()}"), ("redisMaxRetries", "0"), ("dialTimeout", "200ms"));

        (await TakeAsync(("00", nobody.Replace("spec:", "spec:\n  ignoreErrors: true", StringComparison.Ordinal)))).Should().BeEmpty();

        (await StatusAsync("state/one/k")).Should().Be(204);
    }

    [Fact]
    public async Task Change_ThatCannotConnect_IsRolledBackWithTheRest()
    {
        await StartAsync(RunningSidecar.Component("one", "state.in-memory"));
        var nobody = $"127.0.0.1:{FreePort.Next()}";

        var errors = await TakeAsync(
            ("one", RunningSidecar.Component("one", "state.in-memory", ("keyPrefix", "name"))),
            ("lost", RunningSidecar.Component("lost", "lock.redis", ("redisHost", nobody), ("redisMaxRetries", "0"), ("dialTimeout", "200ms"))));

        errors.Should().ContainSingle(error => error.Contains("lost"));
        await SaveAsync("one", "k");
        (await TakeAsync(("lost", ""))).Should().BeEmpty();
        (await StatusAsync("state/one/k")).Should().Be(204, "only now the prefix changed");
    }

    [Fact]
    public async Task ActorStore_Changed_GoesOnAsItWasUntilARestart()
    {
        await StartAsync(RunningSidecar.Component("0", "state.in-memory", ("actorStateStore", "true")));
        await SaveAsync("0", "k");

        (await TakeAsync(("00", RunningSidecar.Component("0", "state.in-memory", ("actorStateStore", "true"), ("keyPrefix", "none"))), ("new", RunningSidecar.Component("new", "state.in-memory")))).Should().BeEmpty();

        (await StatusAsync("state/0/k")).Should().Be(200);
        (await StatusAsync("state/new/k")).Should().Be(204, "the rest of the change is taken");
    }

    [Fact]
    public async Task Resiliency_Changed_HoldsForTheNextCall()
    {
        await StartAsync();
        (await StatusAsync("invoke/app/method/fails")).Should().Be(503);
        Calls("/fails").Should().Be(1);

        (await TakeAsync(("r", Resiliency(maxRetries: 3)))).Should().BeEmpty();
        await StatusAsync("invoke/app/method/fails");
        Calls("/fails").Should().Be(5);

        (await TakeAsync(("r", Resiliency(maxRetries: 1)))).Should().BeEmpty();
        await StatusAsync("invoke/app/method/fails");
        Calls("/fails").Should().Be(7);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Files_Watched_AreTakenUnlessTheFeatureIsOff(bool enabled)
    {
        var configuration = $$"""
            apiVersion: dapr.io/v1alpha1
            kind: Configuration
            metadata: { name: c }
            spec: { features: [{ name: HotReload, enabled: {{(enabled ? "true" : "false")}} }] }
            """;
        Sidecar = await TestSidecar.StartAsync(options => options with { WatchResources = TimeSpan.FromMilliseconds(20) }, [RunningSidecar.Component("one", "state.in-memory")], configuration);

        Write("two", RunningSidecar.Component("two", "state.in-memory"));

        if (enabled)
        {
            await Eventually.TrueAsync(async () => await StatusAsync("state/two/k") == 204, "the new component is there");
            return;
        }

        // Asked for, a reload takes it: that it was still to be taken shows that nobody watched.
        (await StatusAsync("state/two/k")).Should().Be(400);
        (await Sidecar.Runtime.ReloadAsync(CancellationToken.None)).Should().BeEmpty();
        (await StatusAsync("state/two/k")).Should().Be(204);
    }

    [Fact]
    public async Task ConfigurationAndEndpoints_Changed_TheLogAsksForARestart()
    {
        using var log = new global::Conformance.LogCapture();
        static string Configuration(string pattern) => $$"""
            apiVersion: dapr.io/v1alpha1
            kind: Configuration
            metadata: { name: c }
            spec: { metrics: { rules: [{ name: dapr_http_server_request_count, labels: [{ name: path, regex: { orders: "{{pattern}}" } }] }] } }
            """;
        Sidecar = await TestSidecar.StartAsync(options => options with { WatchResources = TimeSpan.FromMilliseconds(20), Loggers = log }, [], Configuration("/a/.+"));

        await File.WriteAllTextAsync(Sidecar.Runtime.Options.ConfigurationPath!, Configuration("/b/.+"));
        await Eventually.TrueAsync(() => Postponed("Configuration changed"), "the Configuration's own file is watched");
        Postponed("HTTP endpoints changed").Should().BeFalse();

        (await TakeAsync(("e", """
            apiVersion: dapr.io/v1alpha1
            kind: HTTPEndpoint
            metadata: { name: e }
            spec: { baseUrl: "{{app}}" }
            """))).Should().BeEmpty();
        Postponed("HTTP endpoints changed").Should().BeTrue();

        bool Postponed(string change) => log.Lines.Any(line => line.StartsWith("warning:", StringComparison.Ordinal) && line.EndsWith($"until it is restarted: {change}", StringComparison.Ordinal));
    }

    private static string Resiliency(int maxRetries) => $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Resiliency
        metadata: { name: r }
        spec:
          policies: { retries: { again: { policy: constant, duration: 1ms, maxRetries: {{maxRetries}} } } }
          targets: { apps: { app: { retry: again } } }
        """;
}
