using System.Net;
using System.Net.Sockets;
using Dapr.DurableTask.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Api.Grpc;
using Sidecar.Tests.Support;
using Sidecar.Workflows.Engine;
using Sidecar.Workflows.Store;

namespace Sidecar.Tests.Workflows;

/// <summary>Workers that come, go, fall silent or are too many: what they had goes to others, and no one gets more than it may.</summary>
public sealed class WorkerLifeTests
{
    private static readonly TimeSpan Hello = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Heartbeat_Stops_ActivityGoesToAnotherWorkerAndTheStreamEnds()
    {
        var time = new ShiftedTime();
        await using var host = await StartAsync(time: time);
        await using var silent = Hanging(host.Worker()).Start();
        await host.StartAsync("Chain", "w1", "1");
        await Eventually.TrueAsync(() => silent.Activities.Count == 1, "the first worker has the activity");
        await HelloAsync(host.Client);
        time.Shift += Hello;
        await HelloAsync(host.Client);

        time.Shift += Hello * 5;
        using var client = host.NewClient();
        await using var other = new FakeWorker(client).Start();

        (await host.CompletionAsync("w1")).Output.Should().Be("1");
        other.Activities.Single().TaskExecutionId.Should().Be(silent.Activities.Single().TaskExecutionId);
        (await silent.Ended).Should().BeOfType<GrpcException>().Which.Status.Code.Should().Be(GrpcCode.Unavailable);
    }

    [Fact]
    public async Task Heartbeat_GoesOn_ActivityStaysHoweverLongItTakes()
    {
        var time = new ShiftedTime();
        await using var host = await StartAsync(time: time);
        await using var slow = Hanging(host.Worker()).Start();
        await host.StartAsync("Chain", "w1", "1");
        await Eventually.TrueAsync(() => slow.Activities.Count == 1, "the worker has the activity");

        for (var i = 0; i < 20; i++)
        {
            await HelloAsync(host.Client);
            time.Shift += Hello;
            host.Engine.Dispatcher.TakeBackOverdue().Should().Be(0);
        }
    }

    [Fact]
    public async Task Heartbeat_WorkerThatNeverSaidHello_IsKnownByItsConnectionAlone()
    {
        var time = new ShiftedTime();
        await using var host = await StartAsync(time: time);
        await using var mute = Hanging(host.Worker()).Start();
        await host.StartAsync("Chain", "w1", "1");
        await Eventually.TrueAsync(() => mute.Activities.Count == 1, "the worker has the activity");

        time.Shift += TimeSpan.FromHours(1);

        host.Engine.Dispatcher.TakeBackOverdue().Should().Be(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Heartbeat_OtherWorkersGreetOnceOnTheSameConnection_TakesNothingBack(int others)
    {
        var time = new ShiftedTime();
        await using var host = await StartAsync(time: time);
        await using var busy = Hanging(host.Worker()).Start();
        await host.StartAsync("Chain", "w1", "1");
        await Eventually.TrueAsync(() => busy.Activities.Count == 1, "the worker has the activity");

        // As other runtimes do: one Hello, then the stream.
        var more = new List<FakeWorker>();
        foreach (var _ in Enumerable.Range(0, others))
        {
            await HelloAsync(host.Client);
        }

        foreach (var _ in Enumerable.Range(0, others))
        {
            more.Add(host.Worker().Start());
            await Eventually.TrueAsync(() => host.Engine.Dispatcher.Workers == 1 + more.Count, "it is connected");
        }

        time.Shift += TimeSpan.FromHours(1);

        host.Engine.Dispatcher.TakeBackOverdue().Should().Be(0);
        foreach (var worker in more)
        {
            await worker.DisposeAsync();
        }
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Connection_HalfOpen_ActivityGoesToAnotherWorker()
    {
        await using var host = await StartAsync(keepAlive: TimeSpan.FromSeconds(1));
        using var wire = new Wire(host.Port);
        using var client = new GrpcTestClient(new Uri($"http://127.0.0.1:{wire.Port}"));
        await using var lost = Hanging(new FakeWorker(client)).Start();
        await host.StartAsync("Chain", "w1", "1");
        await Eventually.TrueAsync(() => lost.Activities.Count == 1, "the first worker has the activity");

        wire.Cut();
        await using var other = host.Worker().Start();

        (await host.CompletionAsync("w1")).Output.Should().Be("1");
    }

    [Fact]
    public async Task Workers_ComeAndGo_EveryInstanceCompletesAndNoneIsLost()
    {
        await using var host = await StartAsync();
        var chains = Enumerable.Range(0, 40).Select(i => host.StartAsync("Chain", $"w{i}", "10", timeout: TimeSpan.FromSeconds(30))).ToList();
        var workers = new Queue<FakeWorker>();
        var done = Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            await chains[i];
            return (await host.CompletionAsync($"w{i}", TimeSpan.FromSeconds(30))).Output;
        }));

        // Two are connected at any time, and each serves for a hundred activities.
        while (!done.IsCompleted)
        {
            var worker = host.Worker().Start();
            workers.Enqueue(worker);
            await Eventually.TrueAsync(() => worker.Activities.Count >= 100 || done.IsCompleted, "it serves");
            if (workers.Count == 2)
            {
                await workers.Dequeue().DisposeAsync();
            }
        }

        (await done).Should().OnlyContain(output => output == "10");
        foreach (var worker in workers)
        {
            await worker.DisposeAsync();
        }

        await Eventually.TrueAsync(() => host.Engine.Dispatcher.Workers == 0, "all have gone");
    }

    [Fact]
    public async Task MaxConcurrent_ActivitiesAndTurns_NoWorkerGetsMore()
    {
        await using var host = await StartAsync(new WorkflowOptions { ActivitiesPerWorker = 3, TurnsPerWorker = 2 });
        var release = new TaskCompletionSource();
        await using var first = host.Worker();
        await using var second = host.Worker();
        foreach (var worker in new[] { first, second })
        {
            worker.Activity = async request =>
            {
                await release.Task;
                return new ActivityResponse { Result = request.Input };
            };
            worker.Start();
        }

        await host.StartAsync("FanOut", "w1", "20");
        await Eventually.TrueAsync(() => first.Activities.Count + second.Activities.Count >= 6, "both are full");

        first.Activities.Should().HaveCount(3);
        second.Activities.Should().HaveCount(3);
        host.Engine.Dispatcher.QueuedActivities.Should().Be(14);
        release.SetResult();
        (await host.CompletionAsync("w1")).Output.Should().Be("20");
    }

    [Fact]
    public async Task MaxConcurrentTurns_WorkerThatDoesNotAnswer_HasNoMoreThanItMay()
    {
        await using var host = await StartAsync(new WorkflowOptions { TurnsPerWorker = 2 });
        await using var worker = host.Worker();
        var asked = 0;
        using var held = new ManualResetEventSlim();
        worker.Workflows["Echo"] = events =>
        {
            Interlocked.Increment(ref asked);
            held.Wait(TimeSpan.FromSeconds(20));
            return Scripts.All["Echo"](events);
        };
        worker.Start();
        var starts = Enumerable.Range(0, 5).Select(i => host.StartAsync("Echo", $"w{i}", "1")).ToList();
        await Eventually.TrueAsync(() => asked == 2 && host.Engine.Dispatcher.QueuedTurns == 3, "two are with the worker, the others wait");

        held.Set();

        await Task.WhenAll(starts);
        asked.Should().Be(5);
    }

    private static Task<WorkflowHost> StartAsync(WorkflowOptions? options = null, TimeProvider? time = null, TimeSpan? keepAlive = null) => WorkflowHost.StartAsync(
        new InMemoryWorkflowStore("app", new InMemoryWorkflowData()), (options ?? new()) with { SweepInterval = TimeSpan.FromMilliseconds(50) }, time: time, keepAlive: keepAlive);

    private static FakeWorker Hanging(FakeWorker worker)
    {
        worker.Activity = _ => new TaskCompletionSource<ActivityResponse>().Task;
        return worker;
    }

    private static Task HelloAsync(GrpcTestClient client) => client.CallAsync<Empty, Empty>("/TaskHubSidecarService/Hello", new Empty(), TimeSpan.FromSeconds(10));

    /// <summary>A wire to the server. Cut, it is what a machine leaves behind that lost its power: open, and silent.</summary>
    private sealed class Wire : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _cut = new();
        private readonly List<TcpClient> _ends = [];

        public Wire(int port)
        {
            _listener.Start();
            _ = AcceptAsync(port);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Cut() => _cut.Cancel();

        public void Dispose()
        {
            _cut.Cancel();
            _listener.Dispose();
            _ends.ForEach(end => end.Dispose());
            _cut.Dispose();
        }

        private async Task AcceptAsync(int port)
        {
            var client = await _listener.AcceptTcpClientAsync(_cut.Token);
            var server = new TcpClient();
            _ends.AddRange([client, server]);
            await server.ConnectAsync(IPAddress.Loopback, port, _cut.Token);
            await Task.WhenAll(client.GetStream().CopyToAsync(server.GetStream(), _cut.Token), server.GetStream().CopyToAsync(client.GetStream(), _cut.Token));
        }
    }
}
