using System.Net;
using System.Text;
using System.Text.Json;
using Dapr.Actors.Runtime;

namespace Dapr.Actors.Tests;

/// <summary>The state of one actor against a sidecar of the test.</summary>
public sealed class StateManagerTests : IDisposable
{
    private readonly Dictionary<string, string> stored = [];
    private readonly ScriptedSidecar sidecar;
    private readonly IActorStateManager state;
    private HttpStatusCode saving = HttpStatusCode.NoContent;

    public StateManagerTests()
    {
        sidecar = new ScriptedSidecar(Answer);
        var options = new ActorTestOptions { ActorId = new ActorId("1") };
        var host = new ActorHost(ActorTypeInformation.Get(typeof(Counter), null), options.ActorId, options)
        {
            StateStore = new ActorStateStore(sidecar.Client, JsonSerializerOptions.Web, TimeProvider.System),
        };
        state = new Counter(host, new Recorder(), new ScopeProbe()).StateManager;
    }

    private IReadOnlyList<string> Saved => [.. sidecar.Requests.Where(request => request.Request.Method == HttpMethod.Put).Select(request => Encoding.UTF8.GetString(request.Body))];

    [Fact]
    public async Task Save_SeveralChanges_IsOneTransactionAndOnlyOnce()
    {
        stored["old"] = "1";
        stored["gone"] = "2";
        await state.SetStateAsync("new", "v");
        await state.AddOrUpdateStateAsync("old", 0, (_, value) => value + 1);
        await state.RemoveStateAsync("gone");
        await state.AddStateAsync("brief", 1);
        await state.TryRemoveStateAsync("brief");

        await state.SaveStateAsync();
        await state.SaveStateAsync();

        Saved.Should().Equal("""[{"operation":"upsert","request":{"key":"new","value":"v"}},{"operation":"upsert","request":{"key":"old","value":2}},{"operation":"delete","request":{"key":"gone"}}]""");
        sidecar.Requests[^1].Request.Content!.Headers.ContentType!.ToString().Should().Be("text/plain; charset=utf-8");
    }

    [Fact]
    public async Task Save_SidecarFails_ChangesAreSavedByTheNextAttempt()
    {
        await state.SetStateAsync("k", 1);
        saving = HttpStatusCode.InternalServerError;
        await state.Invoking(manager => manager.SaveStateAsync()).Should().ThrowAsync<DaprApiException>();
        saving = HttpStatusCode.NoContent;

        await state.SaveStateAsync();

        Saved.Should().HaveCount(2).And.OnlyContain(body => body == """[{"operation":"upsert","request":{"key":"k","value":1}}]""");
    }

    [Fact]
    public async Task Read_SameKeyTwice_AsksTheSidecarOnce()
    {
        stored["k"] = "5";

        (await state.GetStateAsync<int>("k")).Should().Be(5);
        (await state.TryGetStateAsync<int>("k")).Value.Should().Be(5);
        (await state.ContainsStateAsync("k")).Should().BeTrue();

        sidecar.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task Missing_EachMethod_SaysSoInItsWay()
    {
        (await state.TryGetStateAsync<int>("k")).HasValue.Should().BeFalse();
        (await state.TryRemoveStateAsync("k")).Should().BeFalse();
        await state.Invoking(manager => manager.GetStateAsync<int>("k")).Should().ThrowAsync<KeyNotFoundException>().WithMessage("Actor State with name k was not found.");
        await state.Invoking(manager => manager.RemoveStateAsync("k")).Should().ThrowAsync<KeyNotFoundException>();
        await state.Invoking(manager => manager.GetStateAsync<int>(null!)).Should().ThrowAsync<ArgumentNullException>();
        (await state.GetOrAddStateAsync("k", 3)).Should().Be(3);
        (await state.TryAddStateAsync("k", 4)).Should().BeFalse();
        await state.Invoking(manager => manager.AddStateAsync("k", 4)).Should().ThrowAsync<InvalidOperationException>();
    }

    [Fact]
    public async Task Removed_ThenSetAgain_IsAnUpdate()
    {
        stored["k"] = "1";
        await state.RemoveStateAsync("k");
        (await state.ContainsStateAsync("k")).Should().BeFalse();
        (await state.TryAddStateAsync("k", 2)).Should().BeTrue();

        await state.SaveStateAsync();

        Saved.Should().Equal("""[{"operation":"upsert","request":{"key":"k","value":2}}]""");
    }

    [Fact]
    public async Task Lifetime_IsSentInSecondsAndExpiresInMemory()
    {
        await state.SetStateAsync("k", 1, TimeSpan.FromSeconds(90));
        await state.SaveStateAsync();
        await state.SetStateAsync("now", 1, TimeSpan.Zero);

        Saved.Single().Should().Be("""[{"operation":"upsert","request":{"key":"k","value":1,"metadata":{"ttlInSeconds":"90"}}}]""");
        (await state.TryGetStateAsync<int>("now")).HasValue.Should().BeFalse();
    }

    [Fact]
    public async Task Unload_ChangedValue_OnlyWhenAllowed()
    {
        await state.SetStateAsync("k", 1);

        await state.Invoking(manager => manager.UnloadStateAsync("k")).Should().ThrowAsync<InvalidOperationException>();
        await state.UnloadStateAsync("k", new UnloadStateOptions { AllowUnloadingWhenStateModified = true });
        await state.UnloadStateAsync("unknown");

        await state.SaveStateAsync();
        Saved.Should().BeEmpty();
    }

    [Fact]
    public async Task UnitTest_WithoutStore_SaysHowToTest()
    {
        var actor = new Relay(ActorHost.CreateForTest<Relay>());

        await actor.StateManager.Invoking(manager => manager.GetStateAsync<int>("k")).Should().ThrowAsync<InvalidOperationException>().WithMessage("*mock*");
    }

    public void Dispose() => sidecar.Dispose();

    private HttpResponseMessage Answer(HttpRequestMessage request) =>
        request.Method == HttpMethod.Put ? new HttpResponseMessage(saving)
        : stored.TryGetValue(request.RequestUri!.Segments[^1], out var value) ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(value) }
        : new HttpResponseMessage(HttpStatusCode.NoContent);
}
