using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sidecar.Components;
using Sidecar.Tests.Grpc;
using Sidecar.Tests.Hosting;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.Reloading;

public sealed class HotReloadTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<(string Path, string Body)> _got = new();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private FakeApp _app = null!;
    private TestSidecar? _sidecar;

    public async Task InitializeAsync() => _app = await FakeApp.StartAsync(AnswerAsync);

    public async Task DisposeAsync()
    {
        _gate.TrySetResult();
        if (_sidecar is not null)
        {
            await _sidecar.DisposeAsync();
        }

        await _app.DisposeAsync();
    }

    [Fact]
    public async Task State_ComponentsComeChangeAndGo_WithoutARestart()
    {
        await StartAsync(RunningSidecar.Component("one", "state.in-memory"));
        await SaveAsync("one", "k");

        (await TakeAsync(("two", RunningSidecar.Component("two", "state.in-memory")))).Should().BeEmpty();
        await SaveAsync("two", "k");
        (await StatusAsync("state/one/k")).Should().Be(200, "what did not change goes on");
        (await _sidecar!.Client.GetStringAsync("v1.0/metadata")).Should().Contain("\"two\"");

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

    [Fact]
    public async Task Subscription_ComesMovesAndGoes()
    {
        await StartAsync(RunningSidecar.Component("ps", "pubsub.in-memory"));
        await PublishAsync("a");

        (await TakeAsync(("s", Subscription("/first")))).Should().BeEmpty();
        await PublishAsync("b");
        await Eventually.TrueAsync(() => Calls("/first") == 1, "the new subscription delivers");

        (await TakeAsync(("s", Subscription("/second")))).Should().BeEmpty();
        await PublishAsync("c");
        await Eventually.TrueAsync(() => Calls("/second") == 1, "the changed one delivers elsewhere");

        (await TakeAsync(("s", ""))).Should().BeEmpty();
        await PublishAsync("d");
        (await TakeAsync(("s", Subscription("/third")))).Should().BeEmpty();
        await PublishAsync("e");
        await Eventually.TrueAsync(() => Calls("/third") >= 1, "it came back");
        Calls("/first").Should().Be(1);
        Calls("/second").Should().Be(1);
    }

    [Fact]
    public async Task Broker_ExchangedUnderLoad_LosesNothing()
    {
        await StartAsync(RunningSidecar.Component("ps", "pubsub.in-memory"), Subscription("/load"));
        const int Messages = 300;
        var published = 0;
        var publishing = Task.Run(async () =>
        {
            for (; published < Messages; published++)
            {
                await PublishAsync($"{published}");
            }
        });

        for (var i = 0; !publishing.IsCompleted; i++)
        {
            (await TakeAsync(("00", RunningSidecar.Component("ps", "pubsub.in-memory", ("allowedTopics", $"t,x{i}"))))).Should().BeEmpty();
        }

        await publishing;
        await Eventually.TrueAsync(() => Delivered("/load").Count == Messages, "every message arrives");
    }

    [Fact]
    public async Task Stream_OpenedWhileABrokerIsExchanged_IsOneOfTheNewBroker()
    {
        await StartAsync(RunningSidecar.Component("ps", "pubsub.in-memory"));
        var reload = TakeAsync(
            ("00", RunningSidecar.Component("ps", "pubsub.in-memory", ("allowedTopics", "other"))),
            ("clock", RunningSidecar.Component("clock", "bindings.cron", ("schedule", "@every 1h"), ("route", "/slow"))));
        await Eventually.TrueAsync(() => Calls("/slow") == 1, "the new broker is prepared, and the app is being asked for its route");

        var sidecar = new Uri($"http://127.0.0.1:{_sidecar!.Runtime.GrpcPort}");
        var opening = SubscriberStream.OpenAsync(sidecar, "ps", "t");
        for (var later = 0; later < 5; later++)
        {
            // Refused at once on the same way: the one that came before has had its chance.
            await FluentActions.Awaiting(() => SubscriberStream.OpenAsync(sidecar, "unknown", "t")).Should().ThrowAsync<Exception>();
        }

        _gate.SetResult();

        (await reload).Should().BeEmpty();
        await FluentActions.Awaiting(() => opening).Should().ThrowAsync<Exception>("the new broker does not have the topic");
        (await _sidecar.Client.GetStringAsync("v1.0/metadata")).Should().NotContain("STREAMING");
    }

    [Fact]
    public async Task Stream_BrokerGoesAndComesBack_GoesOn()
    {
        var component = RunningSidecar.Component("ps", "pubsub.in-memory");
        await StartAsync(component);
        await using var stream = await SubscriberStream.OpenAsync(new Uri($"http://127.0.0.1:{_sidecar!.Runtime.GrpcPort}"), "ps", "t");

        (await TakeAsync(("00", ""))).Should().BeEmpty();
        (await TakeAsync(("00", component))).Should().BeEmpty();
        await _sidecar.Client.PostAsJsonAsync("v1.0/publish/ps/t", "hi");

        (await stream.NextAsync().WaitAsync(TimeSpan.FromSeconds(10))).EventMessage.Topic.Should().Be("t");
    }

    [Fact]
    public async Task Outbox_BrokerComesGoesAndComesBack_RelaysEachTime()
    {
        await StartAsync(RunningSidecar.Component("mem", "state.in-memory", ("outboxPublishPubsub", "ps"), ("outboxPublishTopic", "t")), Subscription("/ob"));
        var broker = RunningSidecar.Component("ps", "pubsub.in-memory");

        (await TakeAsync(("ps", broker))).Should().BeEmpty();
        await TransactAsync("a");
        await Eventually.TrueAsync(() => Calls("/ob") == 1, "the broker that was missing at the start carries the event");

        (await TakeAsync(("ps", ""))).Should().BeEmpty();
        (await TakeAsync(("ps", broker))).Should().BeEmpty();
        await TransactAsync("b");
        await Eventually.TrueAsync(() => Calls("/ob") == 2, "it does so when it is back");
    }

    [Fact]
    public async Task Component_ExchangedDuringACall_TheCallEndsOnTheOldOne()
    {
        await StartAsync(Http("out", "/slow"));
        var call = _sidecar!.Client.PostAsJsonAsync("v1.0/bindings/out", new { operation = "get" });
        await Eventually.TrueAsync(() => Calls("/slow") == 1, "the call is under way");

        (await TakeAsync(("00", Http("out", "/quick")))).Should().BeEmpty();
        (await (await _sidecar.Client.PostAsJsonAsync("v1.0/bindings/out", new { operation = "get" })).Content.ReadAsStringAsync()).Should().Be("quick");
        _gate.SetResult();

        (await (await call).Content.ReadAsStringAsync()).Should().Be("slow");
    }

    [Fact]
    public async Task InputBinding_Changed_CallsTheNewRoute()
    {
        await StartAsync(Cron("/old"));
        await Eventually.TrueAsync(() => Calls("/old") > 0, "the schedule fires");

        (await TakeAsync(("00", Cron("/new")))).Should().BeEmpty();

        await Eventually.TrueAsync(() => Calls("/new") > 0, "it fires on the new route");
        var before = Calls("/old");
        var fired = Calls("/new");
        await Eventually.TrueAsync(() => Calls("/new") > fired, "it goes on");
        Calls("/old").Should().Be(before);
    }

    [Fact]
    public async Task Secrets_FileOfTheStoreChanged_IsReadAnew()
    {
        await StartAsync(Secrets("a"));
        (await _sidecar!.Client.GetStringAsync("v1.0/secrets/s/k")).Should().Be("{\"k\":\"a\"}");

        (await TakeAsync(("00", Secrets("b")))).Should().BeEmpty();

        (await _sidecar.Client.GetStringAsync("v1.0/secrets/s/k")).Should().Be("{\"k\":\"b\"}");
    }

    [Fact]
    public async Task CryptoProvider_OfAnotherFolder_HasItsKeys()
    {
        var folder = Directory.CreateTempSubdirectory("keys-");
        await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "key"), new byte[32]);
        string Vault(string path) => RunningSidecar.Component("vault", "crypto.dapr.localstorage", ("path", path));
        await StartAsync(Vault(Path.GetTempPath()));
        (await EncryptAsync()).Should().Be(500);

        (await TakeAsync(("00", Vault(folder.FullName)))).Should().BeEmpty();

        (await EncryptAsync()).Should().Be(200);
        folder.Delete(recursive: true);

        async Task<int> EncryptAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, "v1.0-alpha1/crypto/vault/encrypt") { Content = new StringContent("x") };
            request.Headers.Add("dapr-key-name", "key");
            request.Headers.Add("dapr-key-wrap-algorithm", "AES");
            using var response = await _sidecar!.Client.SendAsync(request);
            return (int)response.StatusCode;
        }
    }

    [Fact]
    public async Task Template_NewAtEachReading_IsNoChange()
    {
        await StartAsync(RunningSidecar.Component("ps", "pubsub.in-memory", ("consumerID", "{uuid}")), Subscription("/t"));

        (await TakeAsync(("two", RunningSidecar.Component("two", "state.in-memory")))).Should().BeEmpty();
        await PublishAsync("a");

        await Eventually.TrueAsync(() => Calls("/t") == 1, "it is delivered once, by the one consumer there ever was");
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
        _sidecar = await TestSidecar.StartAsync(options => options with { WatchResources = TimeSpan.FromMilliseconds(20) }, [RunningSidecar.Component("one", "state.in-memory")], configuration);

        Write("two", RunningSidecar.Component("two", "state.in-memory"));

        if (enabled)
        {
            await Eventually.TrueAsync(async () => await StatusAsync("state/two/k") == 204, "the new component is there");
            return;
        }

        // Asked for, a reload takes it: that it was still to be taken shows that nobody watched.
        (await StatusAsync("state/two/k")).Should().Be(400);
        (await _sidecar.Runtime.ReloadAsync(CancellationToken.None)).Should().BeEmpty();
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
        _sidecar = await TestSidecar.StartAsync(options => options with { WatchResources = TimeSpan.FromMilliseconds(20), Loggers = log }, [], Configuration("/a/.+"));

        await File.WriteAllTextAsync(_sidecar.Runtime.Options.ConfigurationPath!, Configuration("/b/.+"));
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

    private static string Http(string name, string path) => RunningSidecar.Component(name, "bindings.http", ("url", "{{app}}" + path));

    private static string Cron(string route) => RunningSidecar.Component("clock", "bindings.cron", ("schedule", "@every 1s"), ("route", route), ("direction", "input"));

    private string Secrets(string value)
    {
        var file = Path.Combine(Path.GetTempPath(), $"secrets-{_app.Port}-{value}.json");
        File.WriteAllText(file, $$"""{"k":"{{value}}"}""");
        return RunningSidecar.Component("s", "secretstores.local.file", ("secretsFile", file));
    }

    private static string Subscription(string path) => $$"""
        apiVersion: dapr.io/v2alpha1
        kind: Subscription
        metadata: { name: sub }
        spec: { pubsubname: ps, topic: t, routes: { default: {{path}} } }
        """;

    private static string Resiliency(int maxRetries) => $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Resiliency
        metadata: { name: r }
        spec:
          policies: { retries: { again: { policy: constant, duration: 1ms, maxRetries: {{maxRetries}} } } }
          targets: { apps: { app: { retry: again } } }
        """;

    private async Task StartAsync(params string[] resources) =>
        _sidecar = await TestSidecar.StartAsync(new RunScope(), "app", _app, resources.Select(Fill));

    private string Fill(string resource) => resource.Replace("{{app}}", $"http://127.0.0.1:{_app.Port}", StringComparison.Ordinal);

    /// <summary>Writes files (an empty one is removed; "00" is the first of the start) and has them taken.</summary>
    private Task<IReadOnlyList<string>> TakeAsync(params (string Name, string Text)[] files)
    {
        Array.ForEach(files, file => Write(file.Name, Fill(file.Text)));
        return _sidecar!.Runtime.ReloadAsync(CancellationToken.None);
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(_sidecar!.Folder, name == "one" ? "00.yaml" : name + ".yaml");
        File.WriteAllText(path, text);
        if (text.Length == 0)
        {
            File.Delete(path);
        }
    }

    private async Task SaveAsync(string store, string key) =>
        (await _sidecar!.Client.PostAsJsonAsync($"v1.0/state/{store}", new[] { new { key, value = 1 } })).EnsureSuccessStatusCode();

    private async Task PublishAsync(string text) => (await _sidecar!.Client.PostAsJsonAsync("v1.0/publish/ps/t", text)).EnsureSuccessStatusCode();

    private async Task TransactAsync(string value) =>
        (await _sidecar!.Client.PostAsJsonAsync("v1.0/state/mem/transaction", new { operations = new[] { new { operation = "upsert", request = new { key = "k", value } } } })).EnsureSuccessStatusCode();

    private async Task<int> StatusAsync(string path)
    {
        using var answer = await _sidecar!.Client.GetAsync($"v1.0/{path}");
        return (int)answer.StatusCode;
    }

    private int Calls(string path) => _got.Count(got => got.Path == path);

    private HashSet<string> Delivered(string path) => [.. _got.Where(got => got.Path == path).Select(got => JsonDocument.Parse(got.Body).RootElement.GetProperty("data").GetString()!)];

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/dapr"))
        {
            context.Response.StatusCode = 404;
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        _got.Enqueue((context.Request.Path, await reader.ReadToEndAsync()));
        switch (context.Request.Path.Value)
        {
            case "/fails":
                context.Response.StatusCode = 503;
                break;
            case "/slow":
                await _gate.Task;
                await context.Response.WriteAsync("slow");
                break;
            case "/quick":
                await context.Response.WriteAsync("quick");
                break;
        }
    }
}
