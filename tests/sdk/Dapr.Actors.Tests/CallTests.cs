using System.Text.Json;
using Dapr.Actors.Client;

namespace Dapr.Actors.Tests;

/// <summary>Calls of actors through our sidecar.</summary>
public sealed class CallTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TypedProxy_ArgumentsAndResult_CrossTheWire(bool json)
    {
        await using var platform = await ActorPlatform.StartAsync(configure: options => options.UseJsonSerialization = json);
        var counter = platform.Counter("a||b ü");

        (await counter.AddAsync(5, "Zoë", CancellationToken.None)).Should().Be(new Total { Count = 5, LastBy = "Zoë" });
        (await counter.AddOneAsync(-2)).Should().Be(3);
        (await counter.CountAsync()).Should().Be(3, "a method of a base interface is called too");
        await counter.ClearAsync();
        (await counter.CountAsync()).Should().Be(0);
        (await counter.FindAsync("nothing")).Should().BeNull();
    }

    [Fact]
    public async Task TypedProxy_MethodThrows_TheCallerGetsTypeAndMessageAndTheStateStays()
    {
        await using var platform = await ActorPlatform.StartAsync();
        var counter = platform.Counter("1");
        await counter.AddOneAsync(4);

        var thrown = (await counter.Invoking(actor => actor.FailAfterChangeAsync("no such zone")).Should().ThrowAsync<ActorMethodInvocationException>()).Which;

        thrown.ErrorCode.Should().Be("ERR_ACTOR_INVOKE_METHOD");
        thrown.Message.Should().Contain("Exception: InvalidTimeZoneException, Method Name: FailAfterChangeAsync");
        thrown.InnerException.Should().BeOfType<ActorInvokeException>().Which.Should().BeEquivalentTo(new { ActualExceptionType = "System.InvalidTimeZoneException", Message = "no such zone" });
        (await counter.CountAsync()).Should().Be(4);
        platform.Recorder.Lines.Should().Contain("failed FailAfterChangeAsync ActorInterfaceMethod no such zone");
    }

    [Fact]
    public async Task WeakProxy_OneArgumentAndResult_AreJson()
    {
        await using var platform = await ActorPlatform.StartAsync();
        var counter = platform.Weak("1");

        (await counter.InvokeMethodAsync<int, int>("AddOneAsync", 6)).Should().Be(6);
        (await counter.InvokeMethodAsync<int>("CountAsync")).Should().Be(6);
        await counter.InvokeMethodAsync("ClearAsync");
        (await counter.InvokeMethodAsync<JsonElement>("CountAsync")).GetInt32().Should().Be(0);
    }

    [Fact]
    public async Task WeakProxy_MethodThrows_TheSidecarSaysSo()
    {
        await using var platform = await ActorPlatform.StartAsync();

        var thrown = await platform.Weak("1").Invoking(actor => actor.InvokeMethodAsync("FailAfterChangeAsync", "x")).Should().ThrowAsync<DaprApiException>();

        thrown.Which.ErrorCode.Should().Be("ERR_ACTOR_INVOKE_METHOD");
        (await platform.Counter("1").CountAsync()).Should().Be(0);
    }

    [Theory]
    [InlineData("AddAsync", "has more than one parameter")]
    [InlineData("NoSuchMethod", "doesn't contain method")]
    public async Task WeakProxy_MethodThatCannotBeCalledSo_Fails(string method, string reason)
    {
        await using var platform = await ActorPlatform.StartAsync();

        await platform.Weak("1").Invoking(actor => actor.InvokeMethodAsync(method, 1)).Should().ThrowAsync<DaprApiException>();

        using var http = new HttpClient { BaseAddress = platform.App };
        using var answer = await http.PutAsync($"/actors/Counter/1/method/{method}", new StringContent("1"));
        ((int)answer.StatusCode).Should().Be(500, reason);
    }

    [Fact]
    public async Task TypedProxy_ActorAsArgument_IsSentAsReferenceAndCalledThere()
    {
        await using var platform = await ActorPlatform.StartAsync();
        var other = platform.Counter("other");
        await other.AddOneAsync(5);
        ((ActorProxyFactory)ActorProxy.DefaultProxyFactory).DefaultOptions = platform.Proxies.DefaultOptions;

        (await platform.Counter("1").AddFromAsync(other)).Should().Be(5);
    }

    [Fact]
    public async Task TypedProxy_TokenCancelled_CallEnds()
    {
        await using var platform = await ActorPlatform.StartAsync();
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        await platform.Counter("1").Invoking(actor => actor.AddAsync(1, "x", source.Token)).Should().ThrowAsync<OperationCanceledException>();
        (await platform.Counter("1").CountAsync()).Should().Be(0);
    }

    [Fact]
    public async Task Reentrancy_CallComesBack_JoinsTheChainAndSeesTheState()
    {
        await using var platform = await ActorPlatform.StartAsync(configure: options => options.ReentrancyConfig = new ActorReentrancyConfig { Enabled = true });

        (await platform.Counter("1").AddThroughAsync("r")).Should().Be(11);
        (await platform.Counter("1").CountAsync()).Should().Be(11);
    }
}
