using Sidecar.Components;
using Sidecar.Tests.Support;

namespace Sidecar.Tests.PubSub;

/// <summary>How retries and the dead letter topic work together, over every broker: attempts first, then one dead letter, and no message in both or neither.</summary>
public abstract class DeadLetterContract : IAsyncLifetime
{
    private readonly string _scope = $"{Guid.NewGuid():N}";
    private SubscriberApp _app = null!;
    private RunningSidecar _sidecar = null!;

    private string Topic => $"t-{_scope}";

    private string Dead => $"dead-{_scope}";

    public virtual async Task InitializeAsync()
    {
        _app = await SubscriberApp.StartAsync($$"""
            [{"pubsubname":"ps","topic":"{{Topic}}","route":"/t","deadLetterTopic":"{{Dead}}"},
             {"pubsubname":"ps","topic":"{{Dead}}","route":"/dead"},
             {"pubsubname":"ps","topic":"kept-{{_scope}}","route":"/kept","deadLetterTopic":"forbidden"}]
            """);
        _sidecar = await RunningSidecar.StartAsync(new RunScope(), $"app{_scope}", _app.Port, Broker(("publishingScopes", $"app{_scope}={Topic},{Dead},kept-{_scope}")), """
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata: {name: r}
            spec:
              policies:
                retries:
                  twice: {policy: constant, duration: 10ms, maxRetries: 2}
              targets:
                components:
                  ps: {inbound: {retry: twice}}
            """);
    }

    public virtual async Task DisposeAsync()
    {
        await _sidecar.DisposeAsync();
        await _app.DisposeAsync();
    }

    [Theory]
    [InlineData(500, "", 3)]
    [InlineData(200, "{\"status\":\"RETRY\"}", 3)]
    [InlineData(200, "{\"status\":\"DROP\"}", 1)]
    [InlineData(404, "", 1)]
    public async Task Deliver_NotTaken_IsTriedAsOftenAsThePolicySaysAndThenDeadLetteredOnce(int status, string body, int attempts)
    {
        _app.Answer = received => received.Path == "/t" ? (status, body) : (200, "");

        await PublishAsync(Topic, "first");
        await Eventually.TrueAsync(() => _app.At("/dead").Any(), "the message is dead-lettered");
        _app.Answer = _ => (200, "");
        await PublishAsync(Topic, "second");
        await Eventually.TrueAsync(() => Data("/t").Contains("second"), "the next message comes");

        Data("/t").Count(data => data == "first").Should().Be(attempts);
        Data("/dead").Should().Equal("first");
        _app.At("/dead").Single().Json["topic"]!.GetValue<string>().Should().Be(Topic);
    }

    [Fact]
    public async Task Deliver_TakenAtTheLastAttempt_IsNotDeadLettered()
    {
        var attempts = 0;
        _app.Answer = received => received.Path == "/t" && Interlocked.Increment(ref attempts) < 3 ? (500, "") : (200, "");

        await PublishAsync(Topic, "first");
        await Eventually.TrueAsync(() => Volatile.Read(ref attempts) == 3, "it is tried three times");
        await _sidecar.StopAsync();

        _app.At("/dead").Should().BeEmpty();
    }

    [Fact]
    public async Task DeadLetter_TopicThatTheAppMayNotUse_KeepsTheMessage()
    {
        var works = false;
        _app.Answer = received => received.Path == "/kept" && !Volatile.Read(ref works) ? (500, "") : (200, "");

        await PublishAsync($"kept-{_scope}", "first");
        await Eventually.TrueAsync(() => _app.At("/kept").Count() >= 3, "it is tried");
        var tried = _app.At("/kept").Count();
        Volatile.Write(ref works, true);

        await Eventually.TrueAsync(() => _app.At("/kept").Count() > tried, "it comes again");
    }

    private protected abstract string Broker((string Name, string Value) scopes);

    private IEnumerable<string> Data(string path) => _app.At(path).Select(received => received.Json["data"]!.GetValue<string>());

    private async Task PublishAsync(string topic, string data) => (await _sidecar.SendAsync("POST", $"/v1.0/publish/ps/{topic}", data, "text/plain")).Status.Should().Be(204);
}

[Trait("Speed", "Slow")]
public sealed class InMemoryDeadLetterTests : DeadLetterContract
{
    private protected override string Broker((string Name, string Value) scopes) => RunningSidecar.Component("ps", "pubsub.in-memory", scopes);
}

public sealed class RedisDeadLetterTests : DeadLetterContract
{
    private protected override string Broker((string Name, string Value) scopes) => RunningSidecar.Component(
        "ps", "pubsub.redis", ("redisHost", TestServers.RedisHost), ("redisPassword", TestServers.RedisPassword), ("processingTimeout", "100ms"), ("redeliverInterval", "50ms"), scopes);
}

[Trait("Speed", "Slow")]
public sealed class RabbitMqDeadLetterTests(RabbitMqServer server) : DeadLetterContract, IClassFixture<RabbitMqServer>
{
    private protected override string Broker((string Name, string Value) scopes) => RunningSidecar.Component(
        "ps", "pubsub.rabbitmq", ("connectionString", server.Url), ("deletedWhenUnused", "false"), ("requeueInFailure", "true"), scopes);
}
