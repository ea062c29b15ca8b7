using System.Diagnostics;
using System.Globalization;
using Benchmarks.Load;
using Benchmarks.Roles;
using Dapr.Workflow;
using Dapr.Workflow.Registration;
using Microsoft.Extensions.Configuration;
using Npgsql;
using Testing;

namespace Benchmarks.Suites;

/// <summary>What workflows run on: a database, the sidecars, the app's worker, each in processes of its own, and a client.</summary>
internal sealed class WorkflowStage : IAsyncDisposable
{
    private const int StartsAtOnce = 200;
    private const int LeastRounds = 3;
    private const int MostRounds = 12;
    private static readonly TimeSpan WarmUpRound = TimeSpan.FromSeconds(3);

    private readonly PostgresDatabase _database;
    private readonly RoleProcess _app;
    private readonly ResourceFolder _resources;
    private readonly string _port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
    private readonly NpgsqlDataSource _source;

    private WorkflowStage(PostgresDatabase database, RoleProcess app)
    {
        _database = database;
        _app = app;
        _source = NpgsqlDataSource.Create(database.ConnectionString);
        _resources = new ResourceFolder(ResourceFolder.Component(
            "workflowstore", "state.postgresql", ("connectionString", database.KeyValueConnectionString), ("actorStateStore", "true")).Replace("version: v1", "version: v2", StringComparison.Ordinal));
        Client = new DaprWorkflowClientBuilder(new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("DAPR_GRPC_PORT", (string?)_port)]).Build()).Build();
    }

    public string ConnectionString => _database.ConnectionString;

    public DaprWorkflowClient Client { get; }

    public RoleProcess Sidecars { get; private set; } = null!;

    public RoleProcess Worker { get; private set; } = null!;

    /// <summary>Starts everything; <paramref name="gate"/> says whether activities at the gate go on (<see cref="WorkerRole.Open"/>) or stay there.</summary>
    public static async Task<WorkflowStage> StartAsync(string gate = WorkerRole.Open)
    {
        var stage = new WorkflowStage(await PostgresDatabase.CreateAsync(), await RoleProcess.StartAsync("app"));
        await stage.StartAppAsync(gate);
        return stage;
    }

    /// <summary>Kills the sidecars and the worker.</summary>
    public void Kill()
    {
        Worker.Kill();
        Sidecars.Kill();
    }

    /// <summary>Starts the sidecars and the worker, after a <see cref="Kill"/> too.</summary>
    public async Task StartAppAsync(string gate)
    {
        Sidecars = await RoleProcess.StartAsync(SidecarsRole.Name, _resources.Path, $"{_app.Ports[0]}", _port);
        Worker = await RoleProcess.StartAsync("worker", _port, gate);
    }

    /// <summary>Runs until it gets no faster: on a busy machine the compiler needs longer than any fixed time, and would be measured with the rest.</summary>
    public async Task WarmUpAsync()
    {
        var best = 0.0;
        for (var round = 1; round <= MostRounds; round++)
        {
            var reached = (await RunAsync(WorkerRole.Chained, 100, WarmUpRound)).PerSecond;
            if (round > LeastRounds && reached < best * 1.1)
            {
                return;
            }

            best = Math.Max(best, reached);
        }
    }

    /// <summary>Measures and prints workflows from start to end.</summary>
    public async Task<LoadResult> MeasureAsync(BenchmarkOptions options, Report report, string workflow, int inFlight, string remark = "")
    {
        var engineCost = new RequestCost(Sidecars);
        var workerCost = new RequestCost(Worker);
        var results = new List<LoadResult>();
        for (var run = 0; run < options.Runs; run++)
        {
            results.Add(await engineCost.MeasureAsync(() => workerCost.MeasureAsync(() => RunAsync(workflow, inFlight, options.Duration))));
        }

        var median = LoadResult.Median(results);
        report.Figure(
            $"{workflow}, five activities, {inFlight} in flight{remark}", median.PerSecond, "wf/s", $"p50 {median.P50:0.0} ms, p99 {median.P99:0.0} ms, cpu engine {engineCost.Microseconds:0} us, worker {workerCost.Microseconds:0} us");
        return median;
    }

    /// <summary>Starts many instances; each is durable and has begun when this returns. Returns how long that took.</summary>
    public async Task<TimeSpan> StartManyAsync(string workflow, int count, Func<int, object> input)
    {
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = StartsAtOnce },
            async (i, _) => await Client.ScheduleNewWorkflowAsync(workflow, input: input(i)));
        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>Waits until so many instances of a workflow have ended, and returns when the last one did, as the store has it.</summary>
    public async Task<DateTime> EndedAsync(string workflow, int count)
    {
        await using var command = _source.CreateCommand("SELECT count(*), max(completed_at) FROM dapr_workflow_instance WHERE name = $1 AND completed_at IS NOT NULL");
        command.Parameters.Add(new NpgsqlParameter { Value = workflow });
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await timer.WaitForNextTickAsync(limit.Token))
        {
            await using var reader = await command.ExecuteReaderAsync(limit.Token);
            await reader.ReadAsync(limit.Token);
            if (reader.GetInt64(0) >= count)
            {
                return reader.GetDateTime(1);
            }
        }

        throw new TimeoutException($"Of the instances of {workflow} not {count} have ended.");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Worker.DisposeAsync();
        await Sidecars.DisposeAsync();
        await _app.DisposeAsync();
        await _resources.DisposeAsync();
        await _source.DisposeAsync();
        await _database.DisposeAsync();
    }

    private async Task<LoadResult> RunAsync(string workflow, int inFlight, TimeSpan duration)
    {
        var started = Stopwatch.GetTimestamp();
        var latencies = await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(async () =>
        {
            var own = new List<long>();
            while (Stopwatch.GetElapsedTime(started) < duration)
            {
                var began = Stopwatch.GetTimestamp();
                var id = await Client.ScheduleNewWorkflowAsync(workflow, input: 1);
                var state = await Client.WaitForWorkflowCompletionAsync(id, getInputsAndOutputs: false);
                own.Add(state.RuntimeStatus == WorkflowRuntimeStatus.Completed
                    ? Stopwatch.GetTimestamp() - began
                    : throw new InvalidOperationException($"Workflow {id} ended {state.RuntimeStatus}."));
            }

            return own;
        })));
        return LoadResult.Of(latencies.SelectMany(list => list), Stopwatch.GetElapsedTime(started));
    }
}
