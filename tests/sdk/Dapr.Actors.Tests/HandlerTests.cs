using Dapr.Actors.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Dapr.Actors.Tests;

/// <summary>What an app answers its sidecar.</summary>
public sealed class HandlerTests
{
    [Fact]
    public async Task Map_WithoutAddActors_Throws()
    {
        await using var app = WebApplication.CreateBuilder().Build();

        app.Invoking(built => built.MapActorsHandlers()).Should().Throw<InvalidOperationException>().WithMessage("*AddActors*");
    }

    [Fact]
    public async Task Config_AllSettings_AreTold()
    {
        await using var app = await StartAsync(options =>
        {
            options.ActorIdleTimeout = TimeSpan.FromMinutes(10);
            options.DrainOngoingCallTimeout = TimeSpan.FromSeconds(5);
            options.DrainRebalancedActors = true;
            options.RemindersStoragePartitions = 7;
            options.ReentrancyConfig = new ActorReentrancyConfig { Enabled = true, MaxStackDepth = 8 };
            options.Actors.RegisterActor<Counter>();
            options.Actors.RegisterActor<Relay>("Other", new ActorRuntimeOptions { ActorScanInterval = TimeSpan.FromHours(30) });
        });

        (await app.GetTestClient().GetStringAsync("/dapr/config")).Should().Be(
            """{"entities":["Counter","Other"],"actorIdleTimeout":"0h10m0s0ms","drainOngoingCallTimeout":"0h0m5s0ms","drainRebalancedActors":true,"remindersStoragePartitions":7,"reentrancy":{"enabled":true,"maxStackDepth":8},"entitiesConfig":[{"entities":["Other"],"actorScanInterval":"30h0m0s0ms","reentrancy":{"enabled":false}}]}""");
    }

    [Fact]
    public async Task Health_IsAnsweredUnlessTheAppHasItsOwn()
    {
        await using var plain = await StartAsync(options => options.Actors.RegisterActor<Relay>());
        (await plain.GetTestClient().GetStringAsync("/healthz")).Should().Be("Healthy");

        await using var own = await StartAsync(options => options.Actors.RegisterActor<Relay>(), app => app.MapGet("/healthz", () => "mine"));
        (await own.GetTestClient().GetStringAsync("/healthz")).Should().Be("mine");
    }

    [Fact]
    public async Task Activation_Fails_LeavesNoTraceAndTheNextCallTriesAgain()
    {
        var recorder = new Recorder();
        await using var app = await StartAsync(options => options.Actors.RegisterActor<Stubborn>(), services: services => services.AddSingleton(recorder));
        var client = app.GetTestClient();

        await FluentActions.Invoking(() => client.PutAsync("/actors/Stubborn/1/method/SayAsync", null)).Should().ThrowAsync<InvalidTimeZoneException>();
        (await (await client.PutAsync("/actors/Stubborn/1/method/SayAsync", null)).Content.ReadAsStringAsync()).Should().Be("\"hello\"");
        (await client.DeleteAsync("/actors/Stubborn/1")).EnsureSuccessStatusCode();

        recorder.Lines.Should().Equal("activating", "disposed", "activating", "disposed");
    }

    [Fact]
    public async Task Reminder_ForAnActorThatTakesNone_IsIgnored()
    {
        await using var app = await StartAsync(options => options.Actors.RegisterActor<Relay>());

        (await app.GetTestClient().PutAsync("/actors/Relay/1/method/remind/x", new StringContent("""{"dueTime":"","period":""}"""))).EnsureSuccessStatusCode();
    }

    [Fact]
    public void Options_OutOfRange_AreRefused()
    {
        var options = new ActorRuntimeOptions();
        options.Invoking(given => given.ActorIdleTimeout = TimeSpan.Zero).Should().Throw<ArgumentOutOfRangeException>();
        options.Invoking(given => given.RemindersStoragePartitions = -1).Should().Throw<ArgumentOutOfRangeException>();
        options.Invoking(given => given.JsonSerializerOptions = null!).Should().Throw<ArgumentNullException>();
    }

    private static async Task<WebApplication> StartAsync(Action<ActorRuntimeOptions> configure, Action<WebApplication>? map = null, Action<IServiceCollection>? services = null)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Services.AddActors(configure);
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapActorsHandlers();
        map?.Invoke(app);
        await app.StartAsync();
        return app;
    }

    public interface IStubborn : IActor
    {
        Task<string> SayAsync();
    }

    private sealed class Stubborn(ActorHost host, Recorder recorder) : Actor(host), IStubborn, IAsyncDisposable
    {
        public Task<string> SayAsync() => Task.FromResult("hello");

        public ValueTask DisposeAsync()
        {
            recorder.Add("disposed");
            return ValueTask.CompletedTask;
        }

        protected override Task OnActivateAsync()
        {
            recorder.Add("activating");
            return recorder.Lines.Count == 1 ? throw new InvalidTimeZoneException() : Task.CompletedTask;
        }
    }
}
