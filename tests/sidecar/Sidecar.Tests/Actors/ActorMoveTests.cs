using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;
using Sidecar.Components;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Actors;

/// <summary>Actors of an app with several instances, whose hosts come and go.</summary>
public sealed class ActorMoveTests
{
    private const int Actors = 24;

    [Fact]
    public async Task Move_WhileCallsAreUnderWay_NoActorIsInTwoHostsAtOnce()
    {
        var run = new RunScope();
        var watch = new Watch();
        await using var one = await FakeApp.StartAsync(context => watch.AnswerAsync(context, "one"));
        await using var two = await FakeApp.StartAsync(context => watch.AnswerAsync(context, "two"));
        await using var first = await TestSidecar.StartAsync(run, "carts", one, [ActorApp.Store]);
        using var enough = new CancellationTokenSource();
        var callers = Enumerable.Range(0, Actors).Select(id => CallAsync(first.Client, id, enough.Token)).ToList();
        await Eventually.TrueAsync(() => watch.Calls > Actors, "calls run");

        await using (await StartSecondAsync(run, two))
        {
            await Eventually.TrueAsync(() => watch.Hosts.Contains("two"), "some actors moved");
            var calls = watch.Calls;
            await Eventually.TrueAsync(() => watch.Calls > calls + Actors, "calls run at both hosts");
        }

        var left = watch.Calls;
        await Eventually.TrueAsync(() => watch.Calls > left + Actors, "all actors are back");
        await enough.CancelAsync();
        (await Task.WhenAll(callers)).Should().OnlyContain(failures => failures == 0);
        watch.Overlaps.Should().BeEmpty();
    }

    [Fact]
    public async Task Move_CallLongerThanTheDrainTimeout_IsCutOffAndTheNextHostIsCalled()
    {
        var run = new RunScope();
        var hold = new TaskCompletionSource();
        var held = 0;
        await using var one = await FakeApp.StartAsync(HoldAsync);
        await using var two = await FakeApp.StartAsync(AnswerAsync);
        await using var first = await TestSidecar.StartAsync(run, "carts", one, [ActorApp.Store]);
        var calls = Enumerable.Range(0, Actors).Select(id => first.Client.PutAsync($"v1.0/actors/Cart/{id}/method/hang", null)).ToList();
        await Eventually.TrueAsync(() => Volatile.Read(ref held) == Actors, "all calls hang");

        await using var second = await StartSecondAsync(run, two);

        await Eventually.TrueAsync(() => calls.Exists(call => call.IsCompleted), "a call of a moved actor is cut off");
        var id = calls.FindIndex(call => call.IsCompleted);
        (await calls[id]).StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        (await (await calls[id]).Content.ReadAsStringAsync()).Should().Contain("actor is closed, cannot handle hang");
        (await first.Client.GetStringAsync($"v1.0/actors/Cart/{id}/method/hang")).Should().Be("two");
        one.Seen.Should().Contain(request => request.Method == "DELETE" && request.Target == $"/actors/Cart/{id}");
        hold.SetResult();

        async Task HoldAsync(HttpContext context)
        {
            if (await TellConfigurationAsync(context, "100ms") || HttpMethods.IsDelete(context.Request.Method))
            {
                return;
            }

            Interlocked.Increment(ref held);
            await hold.Task.WaitAsync(context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        static async Task AnswerAsync(HttpContext context)
        {
            if (!await TellConfigurationAsync(context, "100ms"))
            {
                await context.Response.WriteAsync("two");
            }
        }
    }

    private static Task<TestSidecar> StartSecondAsync(RunScope run, FakeApp app) =>
        TestSidecar.StartAsync(options => options with { AppId = "carts", Instance = 2, Run = run, AppPort = app.Port }, [ActorApp.Store]);

    private static async Task<bool> TellConfigurationAsync(HttpContext context, string drain)
    {
        if (context.Request.Path != "/dapr/config")
        {
            return false;
        }

        await context.Response.WriteAsync($$"""{"entities":["Cart"],"drainOngoingCallTimeout":"{{drain}}","drainRebalancedActors":true}""");
        return true;
    }

    private static async Task<int> CallAsync(HttpClient client, int id, CancellationToken enough)
    {
        var failures = 0;
        while (!enough.IsCancellationRequested)
        {
            using var answer = await client.PutAsync($"v1.0/actors/Cart/{id}/method/add", null, CancellationToken.None);
            failures += answer.StatusCode == HttpStatusCode.OK ? 0 : 1;
        }

        return failures;
    }

    /// <summary>Sees which actor is active in which app: from its first call to its deactivation.</summary>
    private sealed class Watch
    {
        private readonly ConcurrentDictionary<string, string> _homes = new();
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public ConcurrentQueue<string> Overlaps { get; } = new();

        public ICollection<string> Hosts => _homes.Values;

        public async Task AnswerAsync(HttpContext context, string host)
        {
            var parts = context.Request.Path.Value!.Split('/');
            if (await TellConfigurationAsync(context, "5s") || parts is not [_, "actors", _, var id, ..])
            {
                return;
            }

            if (HttpMethods.IsDelete(context.Request.Method))
            {
                _homes.TryRemove(KeyValuePair.Create(id, host));
                return;
            }

            if (_homes.GetOrAdd(id, host) is var home && home != host)
            {
                Overlaps.Enqueue($"{id} called at {host} while at {home}");
            }

            await Task.Yield();
            Interlocked.Increment(ref _calls);
        }
    }
}
