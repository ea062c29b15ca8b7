using System.Net;
using System.Text;
using Sidecar.Components;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Actors;

public sealed class ActorTests
{
    private const string Config = """{"entities":["Cart"],"actorIdleTimeout":"1h"}""";

    [Fact]
    public async Task Invoke_SameActorManyTimesAtOnce_OneTurnAtATime()
    {
        await using var app = await ActorApp.StartAsync(Config);
        await using var sidecar = await TestSidecar.StartAsync(new RunScope(), "carts", app.App, [ActorApp.Store]);
        app.Work = () => Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => sidecar.Client.PutAsync("v1.0/actors/Cart/1/method/add", null)));
        answers.Should().OnlyContain(answer => answer.StatusCode == HttpStatusCode.OK);
        app.MostAtOnce.Should().Be(1);
    }

    [Fact]
    public async Task Invoke_ActorsOfOneType_RunSideBySide()
    {
        await using var app = await ActorApp.StartAsync(Config);
        await using var sidecar = await TestSidecar.StartAsync(new RunScope(), "carts", app.App, [ActorApp.Store]);
        app.Work = () => Eventually.TrueAsync(() => app.MostAtOnce > 1, "another call is under way");
        await Task.WhenAll(Enumerable.Range(0, 5).Select(id => sidecar.Client.PutAsync($"v1.0/actors/Cart/{id}/method/add", null)));
        app.MostAtOnce.Should().BeGreaterThan(1);
    }

    [Fact]
    public async Task Invoke_FromAnotherAppOfTheRun_ReachesTheHostAndNamesTheCaller()
    {
        var run = new RunScope();
        await using var app = await ActorApp.StartAsync(Config);
        await using var host = await TestSidecar.StartAsync(run, "carts", app.App, [ActorApp.Store]);
        await using var caller = await TestSidecar.StartAsync(options => options with { AppId = "shop", Run = run }, waitUntilReady: true);
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1.0/actors/Cart/7/method/add") { Content = new StringContent("x") };
        request.Headers.Add("dapr-caller-app-id", "somebody-else");
        (await caller.Client.SendAsync(request)).StatusCode.Should().Be(HttpStatusCode.OK);
        app.At("/actors/Cart/7/method/add").Should().Equal("x");

        // Unlike daprd without mTLS, which names the host itself.
        app.App.Seen.Single().Headers["dapr-caller-app-id"].Should().Be("shop");
    }

    [Fact]
    public async Task Invoke_TypeWhoseHostComesLater_WaitsForIt()
    {
        var run = new RunScope();
        await using var caller = await TestSidecar.StartAsync(options => options with { AppId = "shop", Run = run });
        var call = caller.Client.PostAsync("v1.0/actors/Cart/7/method/add", null);
        await using var app = await ActorApp.StartAsync(Config);
        await using var host = await TestSidecar.StartAsync(run, "carts", app.App, [ActorApp.Store]);
        (await call).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Idle_AfterTheTimeout_TheAppIsToldAndTheNextCallActivatesAgain()
    {
        await using var app = await ActorApp.StartAsync("""{"entities":["Cart"],"actorIdleTimeout":"200ms"}""");
        await using var sidecar = await TestSidecar.StartAsync(new RunScope(), "carts", app.App, [ActorApp.Store]);
        await sidecar.Client.PutAsync("v1.0/actors/Cart/1/method/add", null);
        await Eventually.TrueAsync(() => app.Calls.Any(call => call is { Method: "DELETE", Path: "/actors/Cart/1" }), "the actor is deactivated");
        (await sidecar.Client.PostAsync("v1.0/actors/Cart/1/state", Json("[]"))).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await sidecar.Client.PutAsync("v1.0/actors/Cart/1/method/add", null)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Idle_CallLongerThanTheTimeout_IsNotCutOff()
    {
        await using var app = await ActorApp.StartAsync("""{"entities":["Cart"],"actorIdleTimeout":"100ms"}""");
        await using var sidecar = await TestSidecar.StartAsync(new RunScope(), "carts", app.App, [ActorApp.Store]);
        var isCutOff = true;
        app.Work = async () =>
        {
            app.Work = () => Task.CompletedTask;
            await sidecar.Client.PutAsync("v1.0/actors/Cart/2/method/add", null);
            await Eventually.TrueAsync(() => app.Calls.Any(call => call is { Method: "DELETE", Path: "/actors/Cart/2" }), "an actor that was called later was idle for long enough");
            isCutOff = app.Calls.Any(call => call is { Method: "DELETE", Path: "/actors/Cart/1" });
        };
        (await sidecar.Client.PutAsync("v1.0/actors/Cart/1/method/add", null)).StatusCode.Should().Be(HttpStatusCode.OK);
        isCutOff.Should().BeFalse();
    }

    [Fact]
    public async Task State_BigNumber_KeepsItsDigits()
    {
        await using var app = await ActorApp.StartAsync(Config);
        await using var sidecar = await TestSidecar.StartAsync(new RunScope(), "carts", app.App, [ActorApp.Store]);
        await sidecar.Client.PutAsync("v1.0/actors/Cart/1/method/add", null);
        var saved = await sidecar.Client.PostAsync("v1.0/actors/Cart/1/state", Json("""[{"operation":"upsert","request":{"key":"n","value":12345678901234567890}}]"""));
        saved.StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await sidecar.Client.GetStringAsync("v1.0/actors/Cart/1/state/n")).Should().Be("12345678901234567890");
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Timer_WithRepetitions_FiresSoOftenAndNoMore()
    {
        await using var app = await ActorApp.StartAsync(Config);
        await using var sidecar = await TestSidecar.StartAsync(new RunScope(), "carts", app.App, [ActorApp.Store]);
        await sidecar.Client.PostAsync("v1.0/actors/Cart/1/timers/tick", Json("""{"dueTime":"0s","period":"R2/PT1S","data":{"a":1},"callback":"cb"}"""));
        await sidecar.Client.PostAsync("v1.0/actors/Cart/1/timers/later", Json("""{"dueTime":"2200ms"}"""));
        await Eventually.TrueAsync(() => app.At("/actors/Cart/1/method/timer/later").Any(), "the later timer fires");
        app.At("/actors/Cart/1/method/timer/tick").Should().Equal(Enumerable.Repeat("""{"callback":"cb","data":{"a":1},"dueTime":"0s","period":"R2/PT1S"}""", 2));
    }

    [Fact]
    public async Task Timer_Removed_DoesNotFireAgain()
    {
        await using var app = await ActorApp.StartAsync(Config);
        await using var sidecar = await TestSidecar.StartAsync(new RunScope(), "carts", app.App, [ActorApp.Store]);
        await sidecar.Client.PostAsync("v1.0/actors/Cart/1/timers/gone", Json("""{"dueTime":"300ms"}"""));
        await sidecar.Client.DeleteAsync("v1.0/actors/Cart/1/timers/gone");
        await sidecar.Client.PostAsync("v1.0/actors/Cart/1/timers/later", Json("""{"dueTime":"500ms"}"""));
        await Eventually.TrueAsync(() => app.At("/actors/Cart/1/method/timer/later").Any(), "the later timer fires");
        app.At("/actors/Cart/1/method/timer/gone").Should().BeEmpty();
    }

    [Fact]
    public async Task Timer_RemovedWhileItWaitsForTheTurn_DoesNotFire()
    {
        await using var app = await ActorApp.StartAsync(Config);
        await using var sidecar = await TestSidecar.StartAsync(new RunScope(), "carts", app.App, [ActorApp.Store]);
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Work = () => end.Task;
        var call = sidecar.Client.PutAsync("v1.0/actors/Cart/1/method/add", null);
        await Eventually.TrueAsync(() => app.Calls.Count == 1, "the call has the turn");
        await sidecar.Client.PostAsync("v1.0/actors/Cart/1/timers/gone", Json("""{"dueTime":"0s"}"""));
        await sidecar.Client.PostAsync("v1.0/actors/Cart/1/timers/later", Json("""{"dueTime":"0s"}"""));
        await sidecar.Client.DeleteAsync("v1.0/actors/Cart/1/timers/gone");
        end.SetResult();
        await call;
        await Eventually.TrueAsync(() => app.At("/actors/Cart/1/method/timer/later").Any(), "the other timer fires");
        app.At("/actors/Cart/1/method/timer/gone").Should().BeEmpty();
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Timers_OfOneActor_FireInTheOrderTheyFallDue()
    {
        const int Timers = 30;
        await using var app = await ActorApp.StartAsync(Config);
        await using var sidecar = await TestSidecar.StartAsync(new RunScope(), "carts", app.App, [ActorApp.Store]);

        // Long enough for a busy machine to register all before the first falls due.
        var last = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(8);
        for (var i = 0; i < Timers; i++)
        {
            var due = (last - TimeSpan.FromMilliseconds(i)).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
            await sidecar.Client.PostAsync($"v1.0/actors/Cart/1/timers/t{i:D2}", Json($$"""{"dueTime":"{{due}}"}"""));
        }

        await Eventually.TrueAsync(() => app.Calls.Count == Timers, "all timers fire");
        app.Calls.Select(call => call.Path[^2..]).Should().Equal(Enumerable.Range(0, Timers).Reverse().Select(i => $"{i:D2}"));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Reminder_WhileTheAppIsAway_WaitsForItBeyondTheDefaultRepetitions()
    {
        // daprd gives it up after four refused connections: a lost reminder.
        var (port, metricsPort) = (FreePort.Next(), FreePort.Next());
        var app = await ActorApp.StartAsync(Config, port);
        await using var sidecar = await TestSidecar.StartAsync(options => options with { AppId = "carts", AppPort = port, MetricsPort = metricsPort }, [ActorApp.Store]);
        using var metrics = new HttpClient();
        await app.DisposeAsync();
        await sidecar.Client.PostAsync("v1.0/actors/Cart/1/reminders/pay", Json("""{"dueTime":"0s"}"""));
        await Eventually.TrueAsync(
            async () => (await metrics.GetStringAsync($"http://127.0.0.1:{metricsPort}/metrics")).Contains("dapr_runtime_actor_reminders_fired_total{actor_type=\"Cart\",app_id=\"carts\",success=\"false\"} 5", StringComparison.Ordinal),
            "it was refused five times");
        await using var again = await ActorApp.StartAsync(Config, port);
        await Eventually.TrueAsync(() => again.At("/actors/Cart/1/method/remind/pay").Any(), "the reminder arrives");
    }

    [Fact]
    public async Task Reminder_HostRestarted_IsDeliveredByTheNextOne()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var app = await ActorApp.StartAsync(Config);
        await using (var first = await TestSidecar.StartAsync(new RunScope(), "carts", app.App, [ActorApp.PostgresStore(database)]))
        {
            var made = await first.Client.PostAsync("v1.0/actors/Cart/a||b/reminders/expire", Json("""{"dueTime":"1s","data":{"n":12345678901234567890}}"""));
            made.StatusCode.Should().Be(HttpStatusCode.NoContent);
        }

        await using var second = await TestSidecar.StartAsync(new RunScope(), "carts", app.App, [ActorApp.PostgresStore(database)]);
        await Eventually.TrueAsync(() => app.At("/actors/Cart/a||b/method/remind/expire").Any(), "the reminder arrives");
        app.At("/actors/Cart/a||b/method/remind/expire").First().Should().Be("""{"data":{"n":12345678901234567890},"dueTime":"","period":""}""");
        await Eventually.TrueAsync(async () => (await second.Client.GetAsync("v1.0/actors/Cart/a||b/reminders/expire")).StatusCode == HttpStatusCode.NotFound, "the reminder is gone");
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
